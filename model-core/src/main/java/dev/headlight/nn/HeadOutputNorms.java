package dev.headlight.nn;

import dev.headlight.config.Activation;
import dev.headlight.kernel.Filling;
import dev.headlight.kernel.HeadGroup;
import dev.headlight.kernel.MatrixProducts;
import dev.headlight.kernel.Operand;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;

/**
 * Euclidean norms of what single heads write into the residual stream: of the transformed value
 * {@code f(x_j) = v_j W_o} of each key and head, and of the head's whole output {@code sum_j a_ij
 * f(x_j)} (Kobayashi 2020). The bias of {@code o_proj} belongs to no head and is left out.
 *
 * <p>With {@code G = W_o W_o^T} of a head, {@code [k, k]}, {@code |x W_o|^2 = x G x^T}, so that
 * nothing of width d is computed. The matrices are made once, when they are first asked for. Safe
 * for use by several threads.
 */
final class HeadOutputNorms {
  private static final int CHUNK_ROWS = 512;

  private final Attention.Shape shape;
  private final PackedLinear output;
  private float[] grams; // [k, h*k], head by head beside each other; made when first needed

  HeadOutputNorms(Attention.Shape shape, PackedLinear output) {
    this.shape = shape;
    this.output = output;
  }

  /**
   * Norms of transformed values.
   *
   * @param value {@code [T, g*k]}
   * @return {@code [h * T]}
   */
  float[] ofValues(Operand value, ForwardContext context) {
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix exact = value.exact(workspace);
      // each value head once for every query head that shares it
      Matrix repeated = workspace.matrix(value.rows(), shape.queryWidth()); // [T, h*k]
      HeadGroup heads = heads(shape.heads() / shape.keyValueHeads());
      for (int head = 0; head < shape.heads(); head++) {
        repeated
            .columns(heads.queryColumn(head), shape.headDim())
            .copyFrom(exact.columns(heads.keyColumn(head), shape.headDim()));
      }
      return norms(repeated, context);
    }
  }

  /**
   * Norms of head outputs.
   *
   * @param attended {@code [T, h*k]}, weighted values before {@code o_proj}
   * @return {@code [h * T]}
   */
  float[] ofOutputs(Operand attended, ForwardContext context) {
    try (Workspace.Scope scope = context.workspace().scope()) {
      return norms(attended.exact(context.workspace()), context);
    }
  }

  private HeadGroup heads(int queriesPerKey) {
    return new HeadGroup(0, shape.heads(), queriesPerKey, shape.headDim());
  }

  private float[] norms(Matrix rows, ForwardContext context) {
    Workspace workspace = context.workspace();
    int width = shape.headDim();
    Matrix gram = workspace.matrix(width, shape.queryWidth()); // [k, h*k]
    float[] values = grams(context);
    for (int row = 0; row < width; row++) {
      gram.writeRow(row, values, row * shape.queryWidth());
    }
    float[] norms = new float[shape.heads() * rows.rows()];
    for (int first = 0; first < rows.rows(); first += CHUNK_ROWS) {
      try (Workspace.Scope scope = workspace.scope()) {
        int count = Math.min(CHUNK_ROWS, rows.rows() - first);
        int size = ProductSizes.of(count);
        Matrix chunk = rows.rows(first, count);
        Matrix filled = Filling.withZeroRows(chunk, size, workspace); // [rows, h*k]
        Matrix transformed = workspace.matrix(shape.heads() * size, width); // [h*rows, k]
        scores(filled, gram, heads(1), transformed, context);
        write(chunk, transformed, norms, first, rows.rows());
      }
    }
    return norms;
  }

  private static void scores(
      Matrix left, Matrix right, HeadGroup heads, Matrix result, ForwardContext context) {
    MatrixProducts products = context.products();
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      Operand rows = products.operand(left, workspace);
      products.scores(rows, products.operand(right, workspace), heads, 1f, result, workspace);
    }
  }

  /** {@code sqrt(x . xG)} of the rows of a chunk. */
  private void write(Matrix rows, Matrix transformed, float[] norms, int first, int tokens) {
    int width = shape.headDim();
    int headRows = transformed.rows() / shape.heads();
    float[] left = new float[width];
    float[] right = new float[width];
    for (int head = 0; head < shape.heads(); head++) {
      Matrix own = rows.columns(head * width, width);
      for (int row = 0; row < rows.rows(); row++) {
        own.readRow(row, left, 0);
        transformed.readRow(head * headRows + row, right, 0);
        norms[head * tokens + first + row] = (float) Math.sqrt(Math.max(0, dot(left, right)));
      }
    }
  }

  private static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (double) left[i] * right[i];
    }
    return sum;
  }

  private synchronized float[] grams(ForwardContext context) {
    if (grams == null) {
      grams = computeGrams(context);
    }
    return grams;
  }

  private float[] computeGrams(ForwardContext context) {
    int width = shape.headDim();
    float[] result = new float[width * shape.queryWidth()];
    for (int head = 0; head < shape.heads(); head++) {
      try (Workspace.Scope scope = context.workspace().scope()) {
        Matrix weight = outputWeight(head, context); // [k, d]
        Matrix gram = context.workspace().matrix(width, width); // [k, k]
        HeadGroup whole = new HeadGroup(0, 1, 1, weight.columns());
        scores(weight, weight, whole, gram, context);
        for (int row = 0; row < width; row++) {
          gram.readRow(row, result, row * shape.queryWidth() + head * width);
        }
      }
    }
    return result;
  }

  /** The part of {@code o_proj} that a head goes through, read by projecting unit vectors. */
  private Matrix outputWeight(int head, ForwardContext context) {
    Workspace workspace = context.workspace();
    int width = shape.headDim();
    Matrix units = workspace.matrix(width + 1, output.inputs()); // [k + 1, h*k]
    float[] row = new float[output.inputs()];
    for (int i = 0; i <= width; i++) {
      if (i < width) {
        row[head * width + i] = 1f;
      }
      units.writeRow(i, row, 0); // the last row is 0: it gives the bias
      if (i < width) {
        row[head * width + i] = 0f;
      }
    }
    Matrix projected = workspace.matrix(width + 1, output.outputs()); // [k + 1, d]
    context.products().linear(units, output, Activation.NONE, projected, workspace);
    float[] bias = new float[output.outputs()];
    float[] weights = new float[output.outputs()];
    projected.readRow(width, bias, 0);
    for (int i = 0; i < width; i++) {
      projected.readRow(i, weights, 0);
      for (int column = 0; column < weights.length; column++) {
        weights[column] -= bias[column];
      }
      projected.writeRow(i, weights, 0);
    }
    return projected.rows(0, width);
  }
}
