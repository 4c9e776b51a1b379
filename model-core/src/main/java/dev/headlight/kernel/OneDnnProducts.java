package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
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

  // ND4J comes first: oneDNN then uses the OpenMP library that ND4J has loaded and can set
  private final Nd4jProducts blas = Nd4jProducts.instance();
  private final OneDnn oneDnn = new OneDnn();
  private final OneDnn.Type type;

  OneDnnProducts(OneDnn.Type type) {
    this.type = type;
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
      return blas.pack(weight, bias, arena);
    }
    dnnl_memory_desc source = OneDnn.strided(type, LARGEST_CHUNK, inputs, inputs, 1);
    dnnl_memory_desc destination =
        OneDnn.strided(OneDnn.Type.FP32, LARGEST_CHUNK, outputs, outputs, 1);
    dnnl_primitive_desc product =
        oneDnn.matmul(source, OneDnn.free(type, inputs, outputs), null, destination, null);
    // the descriptor is owned by the primitive descriptor: clone before that goes
    dnnl_memory_desc layout = new dnnl_memory_desc();
    OneDnn.check(
        dnnl.dnnl_memory_desc_clone(
            layout, dnnl.dnnl_primitive_desc_query_md(product, dnnl.dnnl_query_weights_md, 0)),
        "copy a layout");
    dnnl.dnnl_primitive_desc_destroy(product);
    dnnl_memory packed = oneDnn.memory(layout, arena.bytes(dnnl.dnnl_memory_desc_get_size(layout)));
    dnnl_memory_desc stored = OneDnn.strided(OneDnn.Type.FP32, inputs, outputs, 1, weight.stride());
    reorder(stored, weight.pointer(), layout, packed);
    return new OneDnnWeights(inputs, outputs, layout, packed, packBias(bias, arena));
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

  private void reorder(
      dnnl_memory_desc from, FloatPointer data, dnnl_memory_desc to, dnnl_memory target) {
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "make attributes");
    OneDnn.check(
        dnnl.dnnl_reorder_primitive_desc_create(
            descriptor, from, oneDnn.engine(), to, oneDnn.engine(), attributes),
        "describe a reordering");
    dnnl_primitive primitive = new dnnl_primitive();
    OneDnn.check(dnnl.dnnl_primitive_create(primitive, descriptor), "make a reordering");
    dnnl_memory source = oneDnn.memory(from, data);
    try (dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(2)) {
      arguments.getPointer(0).arg(dnnl.DNNL_ARG_FROM).memory(source);
      arguments.getPointer(1).arg(dnnl.DNNL_ARG_TO).memory(target);
      OneDnn.check(
          dnnl.dnnl_primitive_execute(primitive, oneDnn.stream(), 2, arguments), "reorder weights");
    }
    dnnl.dnnl_primitive_destroy(primitive);
    dnnl.dnnl_primitive_desc_destroy(descriptor);
    dnnl.dnnl_primitive_attr_destroy(attributes);
    dnnl.dnnl_memory_destroy(source);
  }

  @Override
  public Operand operand(Matrix values, Workspace workspace) {
    if (type == OneDnn.Type.FP32) {
      return new Operand.Floats(values);
    }
    int columns = values.columns();
    Operand.BFloats rounded = BFloat16.take(values.rows(), columns, columns, workspace);
    BFloat16.round(values, rounded);
    return rounded;
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
      Matrix output,
      Workspace workspace) {
    linear(input, weights, activation, new Operand.Floats(output), workspace);
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
        blas.linear(widened, weights, activation, exact, workspace);
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
      blas.linearAdd(widened, weights, output, workspace);
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
      Filling.copy(filledOutput.rows(0, rest), target);
    }
  }

  private OneDnnPrimitives primitives(Workspace workspace) {
    return workspace.attached(this, this::primitivesOfThisThread);
  }

  private OneDnnPrimitives primitivesOfThisThread() {
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
      Matrix weights, Operand value, HeadGroup group, Operand context, Workspace workspace) {
    try (Workspace.Scope scope = workspace.scope()) {
      Operand left = new Operand.Floats(weights);
      if (type == OneDnn.Type.BF16) {
        Operand.BFloats rounded =
            BFloat16.take(weights.rows(), weights.columns(), weights.stride(), workspace);
        BFloat16.roundWithGaps(weights, rounded);
        left = rounded;
      }
      OneDnnAttention.values(primitives(workspace), left, value, group, context);
    }
  }
}
