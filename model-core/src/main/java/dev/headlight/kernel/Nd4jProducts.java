package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Portable products on ND4J and the BLAS library it brings, on every platform ND4J runs on.
 *
 * <p>Row-major matrices are handed over as transposed column-major ones ({@code y^T = W x^T}),
 * which avoids the copy that ND4J makes for row-major results. Projections run through {@link
 * Nd4j#gemm}, unless this BLAS rounds a row by its place in the matrix (OpenBLAS for processors
 * with AVX2 and no AVX-512 does): then they run on {@link RowOperations#addProducts}. Attention
 * products have strided operands, which ND4J would copy, and call its BLAS directly: their shapes
 * are those of one sequence.
 */
final class Nd4jProducts implements MatrixProducts {
  /**
   * OpenBLAS takes another path, with other rounding, for products of fewer than about 100^3
   * multiplications; larger ones give a row the same bits whatever the number of rows. Small
   * products are filled up with zero rows.
   */
  private static final long STABLE_MULTIPLICATIONS = 1_000_001;

  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;
  private static final int TRANSPOSE = 112;

  private final boolean blasForProjections;

  private Nd4jProducts(boolean blasForProjections) {
    this.blasForProjections = blasForProjections;
  }

  /** Loads ND4J and pins its thread pools to one thread: parallelism comes from tasks. */
  static Nd4jProducts instance() {
    return Holder.INSTANCE;
  }

  private static final class Holder {
    static final Nd4jProducts INSTANCE = load();

    private static Nd4jProducts load() {
      loadLibrary();
      Nd4jProducts blas = new Nd4jProducts(true);
      return RowStability.violation(blas).isEmpty() ? blas : withoutBlas();
    }
  }

  /** Loads ND4J and its BLAS, with thread pools of one thread. */
  static void loadLibrary() {
    Loader.load(openblas_nolapack.class);
    Nd4j.getEnvironment().setMaxThreads(1);
    openblas_nolapack.blas_set_num_threads(1);
  }

  /** Projections whose rows have the same bits at any place, whatever the BLAS does. */
  static Nd4jProducts withoutBlas() {
    return new Nd4jProducts(false);
  }

  /** Whether BLAS computes the projections. */
  boolean blasForProjections() {
    return blasForProjections;
  }

  /** {@code weight} is {@code [outputs, inputs]} row-major. */
  record Weights(Matrix weight, float[] bias) implements PackedLinear {
    @Override
    public int inputs() {
      return weight.columns();
    }

    @Override
    public int outputs() {
      return weight.rows();
    }
  }

  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public PackedLinear pack(Matrix weight, float[] bias, NativeArena arena) {
    Matrix copy = arena.matrix(weight.rows(), weight.columns());
    copy.copyFrom(weight);
    return new Weights(copy, bias);
  }

  @Override
  public Operand operand(Matrix values, Workspace workspace) {
    return new Operand.Floats(values);
  }

  @Override
  public Operand newOperand(int rows, int columns, Workspace workspace) {
    return new Operand.Floats(workspace.matrix(rows, columns));
  }

  private static Matrix floats(Operand operand) {
    return ((Operand.Floats) operand).matrix();
  }

  @Override
  public void linear(
      Operand input,
      PackedLinear packed,
      Activation activation,
      Operand result,
      Workspace workspace) {
    Weights weights = (Weights) packed;
    Matrix output = floats(result);
    boolean add = weights.bias() != null || !blasForProjections;
    if (add) {
      fill(weights.bias() == null ? new float[weights.outputs()] : weights.bias(), output);
    }
    multiply(floats(input), weights.weight(), output, add, workspace);
    Rows.BEST.activate(output, activation);
  }

  @Override
  public void linearAdd(Operand input, PackedLinear packed, Matrix output, Workspace workspace) {
    Weights weights = (Weights) packed;
    if (weights.bias() != null) {
      ScalarRowOperations.addToRows(weights.bias(), output);
    }
    multiply(floats(input), weights.weight(), output, true, workspace);
  }

  private static void fill(float[] row, Matrix output) {
    for (int i = 0; i < output.rows(); i++) {
      output.writeRow(i, row, 0);
    }
  }

  /** {@code output += input weight^T}, or only with BLAS {@code output = input weight^T}. */
  private void multiply(
      Matrix input, Matrix weight, Matrix output, boolean add, Workspace workspace) {
    if (input.rows() == 0) {
      return;
    }
    if (!blasForProjections) {
      Rows.BEST.addProducts(input, weight, output);
      return;
    }
    int stableRows = stableRows(weight);
    if (input.rows() >= stableRows && input.contiguous() && output.contiguous()) {
      gemm(input, weight, output, add);
      return;
    }
    try (Workspace.Scope scope = workspace.scope()) {
      int rows = Math.max(stableRows, input.rows());
      Matrix filledInput = Filling.withZeroRows(input, rows, workspace);
      Matrix filledOutput = Filling.withZeroRows(output, rows, workspace);
      gemm(filledInput, weight, filledOutput, add);
      output.copyFrom(filledOutput.rows(0, output.rows()));
    }
  }

  private static int stableRows(Matrix weight) {
    long perRow = Math.max(1, (long) weight.rows() * weight.columns());
    return (int) Math.max(2, (STABLE_MULTIPLICATIONS + perRow - 1) / perRow);
  }

  private static void gemm(Matrix input, Matrix weight, Matrix output, boolean add) {
    // y^T [outputs, N] = W [outputs, inputs] x^T [inputs, N], all column-major
    double kept = add ? 1 : 0;
    Nd4j.gemm(columnMajor(weight), columnMajor(input), columnMajor(output), true, false, 1, kept);
  }

  /**
   * The transpose of a contiguous row-major matrix, as a column-major array over the same memory.
   */
  private static INDArray columnMajor(Matrix matrix) {
    long length = (long) matrix.rows() * matrix.columns();
    FloatPointer pointer = new FloatPointer(matrix.pointer());
    pointer.capacity(length);
    pointer.limit(length);
    return Nd4j.create(
        Nd4j.createBuffer(pointer, length, DataType.FLOAT),
        new long[] {matrix.columns(), matrix.rows()},
        new long[] {1, matrix.columns()},
        0,
        'f');
  }

  @Override
  public Operand weights(Matrix scores, Workspace workspace) {
    return new Operand.Floats(scores);
  }

  @Override
  public void scores(
      Operand queries,
      Operand keys,
      HeadGroup group,
      float scale,
      Matrix scores,
      Workspace workspace) {
    Matrix query = floats(queries);
    Matrix key = floats(keys);
    for (int head = 0; head < group.count(); head++) {
      openblas_nolapack.cblas_sgemm(
          ROW_MAJOR,
          NO_TRANSPOSE,
          TRANSPOSE,
          query.rows(),
          key.rows(),
          group.headDim(),
          scale,
          query.pointer().getPointer(group.queryColumn(head)),
          query.stride(),
          key.pointer().getPointer(group.keyColumn(head)),
          key.stride(),
          0f,
          scores.pointer().getPointer((long) head * query.rows() * scores.stride()),
          scores.stride());
    }
  }

  @Override
  public void values(
      Operand attention, Operand values, HeadGroup group, Operand result, Workspace workspace) {
    Matrix weights = floats(attention);
    Matrix value = floats(values);
    Matrix context = floats(result);
    for (int head = 0; head < group.count(); head++) {
      openblas_nolapack.cblas_sgemm(
          ROW_MAJOR,
          NO_TRANSPOSE,
          NO_TRANSPOSE,
          context.rows(),
          group.headDim(),
          value.rows(),
          1f,
          weights.pointer().getPointer((long) head * context.rows() * weights.stride()),
          weights.stride(),
          value.pointer().getPointer(group.keyColumn(head)),
          value.stride(),
          0f,
          context.pointer().getPointer(group.queryColumn(head)),
          context.stride());
    }
  }
}
