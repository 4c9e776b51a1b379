package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import org.bytedeco.dnnl.dnnl_memory;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Projections on oneDNN, with weights packed once and bias, activation and residual fused; in
 * float32, or with operands rounded to bfloat16 and sums in float32.
 *
 * <p>A primitive is made for a fixed number of rows. Rows are therefore worked on in chunks of few
 * sizes, the rest filled up with zero rows: oneDNN gives a row the same bits in every chunk of two
 * rows or more.
 */
final class OneDnnProducts implements MatrixProducts {
  private static final int LARGEST_CHUNK = 1024;

  /** Chunks are multiples of it: below it oneDNN is slow, and each multiple is a primitive. */
  private static final int CHUNK_STEP = 32;

  /**
   * Below this oneDNN treats a matrix as vectors, on paths whose bits depend on the number of rows.
   */
  private static final int SMALLEST_WIDTH = 16;

  /** For projections too narrow for oneDNN. */
  private final Nd4jProducts narrow = Nd4jProducts.withoutBlas();

  private final OneDnn oneDnn;
  private final OneDnn.Type type;
  private final OneDnnPacking packing;

  OneDnnProducts(OneDnn oneDnn, OneDnn.Type type) {
    this.oneDnn = oneDnn;
    this.type = type;
    this.packing = new OneDnnPacking(oneDnn, type, LARGEST_CHUNK);
  }

  /** Products in bfloat16, on any processor. */
  static MatrixProducts bfloat16(OneDnn oneDnn) {
    return oneDnn.multiplies(OneDnn.Type.BF16)
        ? new OneDnnProducts(oneDnn, OneDnn.Type.BF16)
        : new WidenedProducts(new OneDnnProducts(oneDnn, OneDnn.Type.FP32));
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public PackedLinear pack(Matrix weight, float[] bias, NativeArena arena) {
    int inputs = weight.columns();
    int outputs = weight.rows();
    if (Math.min(inputs, outputs) < SMALLEST_WIDTH) {
      return narrow.pack(weight, bias, arena);
    }
    OneDnnPacking.Stored stored =
        new OneDnnPacking.Stored(
            weight.pointer(), OneDnn.Type.FP32, outputs, inputs, weight.stride());
    return packing.pack(stored, arena).withBias(packBias(bias, arena));
  }

  private dnnl_memory packBias(float[] bias, NativeArena arena) {
    if (bias == null) {
      return null;
    }
    Matrix stored = arena.matrix(1, bias.length);
    stored.writeRow(0, bias, 0);
    return oneDnn.memory(
        OneDnn.strided(OneDnn.Type.FP32, 1, bias.length, bias.length, 1), stored.pointer());
  }

  @Override
  public Operand operand(Matrix values, Workspace workspace) {
    if (type == OneDnn.Type.FP32) {
      return new Operand.Floats(values);
    }
    return BFloat16.rounded(values, workspace);
  }

  @Override
  public Operand newOperand(int rows, int columns, Workspace workspace) {
    return type == OneDnn.Type.FP32
        ? new Operand.Floats(workspace.matrix(rows, columns))
        : BFloat16.take(rows, columns, columns, workspace);
  }

  @Override
  public void linear(
      Operand input,
      PackedLinear weights,
      Activation activation,
      Operand output,
      Workspace workspace) {
    boolean fused = activation == Activation.NONE || OneDnnEpilogues.fused(activation) != 0;
    if (weights instanceof OneDnnWeights packed && fused) {
      project(input, packed, new Epilogue(activation, false), output, workspace);
      return;
    }
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix exact = floats(output, workspace);
      if (weights instanceof OneDnnWeights packed) {
        Epilogue plain = new Epilogue(Activation.NONE, false);
        project(input, packed, plain, new Operand.Floats(exact), workspace);
        Rows.BEST.activate(exact, activation);
      } else {
        Operand.Floats widened = new Operand.Floats(input.exact(workspace));
        narrow.linear(widened, weights, activation, exact, workspace);
      }
      if (output instanceof Operand.BFloats rounded) {
        BFloat16.round(exact, rounded);
      }
    }
  }

  /** Where to compute a result in float32: the result itself if it is that. */
  private static Matrix floats(Operand output, Workspace workspace) {
    return output instanceof Operand.Floats floats
        ? floats.matrix()
        : workspace.matrix(output.rows(), output.columns());
  }

  @Override
  public void linearAdd(Operand input, PackedLinear weights, Matrix output, Workspace workspace) {
    if (weights instanceof OneDnnWeights packed) {
      Operand target = new Operand.Floats(output);
      project(input, packed, new Epilogue(Activation.NONE, true), target, workspace);
      return;
    }
    try (Workspace.Scope scope = workspace.scope()) {
      Operand.Floats widened = new Operand.Floats(input.exact(workspace));
      narrow.linearAdd(widened, weights, output, workspace);
    }
  }

  private void project(
      Operand input,
      OneDnnWeights weights,
      Epilogue epilogue,
      Operand output,
      Workspace workspace) {
    OneDnnPrimitives primitives = primitives(workspace);
    int done = 0;
    while (input.rows() - done >= CHUNK_STEP) {
      int rows = Math.min(LARGEST_CHUNK, (input.rows() - done) / CHUNK_STEP * CHUNK_STEP);
      projectRows(primitives, input.rows(done, rows), weights, epilogue, output.rows(done, rows));
      done += rows;
    }
    int rest = input.rows() - done;
    if (rest == 0) {
      return;
    }
    try (Workspace.Scope scope = workspace.scope()) {
      Operand target = output.rows(done, rest);
      Operand filledInput = Filling.withZeroRows(input.rows(done, rest), CHUNK_STEP, workspace);
      Operand filledOutput = Filling.withZeroRows(target, CHUNK_STEP, workspace);
      projectRows(primitives, filledInput, weights, epilogue, filledOutput);
      target.copyFrom(filledOutput.rows(0, rest));
    }
  }

  /** The primitives of the thread that a workspace belongs to. */
  OneDnnPrimitives primitives(Workspace workspace) {
    return workspace.attached(this, () -> primitivesOfThisThread(oneDnn, type));
  }

  /** Primitives that run on the calling thread alone. */
  static OneDnnPrimitives primitivesOfThisThread(OneDnn oneDnn, OneDnn.Type type) {
    // OpenMP keeps the number per calling thread
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    return new OneDnnPrimitives(oneDnn, type);
  }

  private static void projectRows(
      OneDnnPrimitives primitives,
      Operand input,
      OneDnnWeights weights,
      Epilogue epilogue,
      Operand output) {
    OneDnnPrimitives.Projection key =
        new OneDnnPrimitives.Projection(
            input.rows(),
            weights.inputs(),
            weights.outputs(),
            OneDnn.stride(input),
            OneDnn.stride(output),
            OneDnn.type(output),
            weights.bias() != null,
            epilogue);
    primitives
        .get(key, weights.layout())
        .run(OneDnn.address(input, 0), weights, OneDnn.address(output, 0));
  }

  @Override
  public Operand weights(Matrix scores, Workspace workspace) {
    return type == OneDnn.Type.FP32
        ? new Operand.Floats(scores)
        : BFloat16.take(scores.rows(), scores.columns(), scores.columns(), workspace);
  }

  @Override
  public void scores(
      Operand query,
      Operand key,
      HeadGroup group,
      float scale,
      Matrix scores,
      Workspace workspace) {
    OneDnnAttention.scores(primitives(workspace), query, key, group, scale, scores);
  }

  @Override
  public void values(
      Operand weights, Operand value, HeadGroup group, Operand context, Workspace workspace) {
    OneDnnAttention.values(primitives(workspace), weights, value, group, context);
  }
}
