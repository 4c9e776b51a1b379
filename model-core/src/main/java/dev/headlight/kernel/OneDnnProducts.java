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
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Projections on oneDNN, with weights packed once and bias, activation and residual fused; in
 * float32, or with inputs and weights rounded to bfloat16 and sums in float32. Attention products
 * have small strided operands and stay with BLAS.
 *
 * <p>A primitive is made for a fixed number of rows. Rows are therefore worked on in chunks of few
 * sizes, the rest filled up with zero rows: oneDNN gives a row the same bits in every chunk of two
 * rows or more.
 */
final class OneDnnProducts implements MatrixProducts {
  private static final int[] CHUNKS = {1024, 256, 64, 16};

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
    dnnl_memory_desc source = OneDnn.strided(type, CHUNKS[0], inputs, inputs, 1);
    dnnl_memory_desc destination = OneDnn.strided(OneDnn.Type.FP32, CHUNKS[0], outputs, outputs, 1);
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
  public void linear(
      Matrix input,
      PackedLinear weights,
      Activation activation,
      Matrix output,
      Workspace workspace) {
    if (!(weights instanceof OneDnnWeights packed)) {
      blas.linear(input, weights, activation, output, workspace);
      return;
    }
    project(input, packed, new Epilogue(activation, false), output, workspace);
    if (OneDnnPrimitives.fused(activation) == 0) {
      Rows.BEST.activate(output, activation);
    }
  }

  @Override
  public void linearAdd(Matrix input, PackedLinear weights, Matrix output, Workspace workspace) {
    if (!(weights instanceof OneDnnWeights packed)) {
      blas.linearAdd(input, weights, output, workspace);
      return;
    }
    project(input, packed, new Epilogue(Activation.NONE, true), output, workspace);
  }

  private void project(
      Matrix input, OneDnnWeights weights, Epilogue epilogue, Matrix output, Workspace workspace) {
    OneDnnPrimitives primitives = workspace.attached(this, this::primitivesOfThisThread);
    int done = 0;
    for (int chunk : CHUNKS) {
      while (input.rows() - done >= chunk) {
        projectRows(
            primitives,
            input.rows(done, chunk),
            weights,
            epilogue,
            output.rows(done, chunk),
            workspace);
        done += chunk;
      }
    }
    int rest = input.rows() - done;
    if (rest > 0) {
      projectRest(
          primitives,
          input.rows(done, rest),
          weights,
          epilogue,
          output.rows(done, rest),
          workspace);
    }
  }

  private OneDnnPrimitives primitivesOfThisThread() {
    // OpenMP keeps the number per calling thread
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    return new OneDnnPrimitives(oneDnn, type);
  }

  private void projectRest(
      OneDnnPrimitives primitives,
      Matrix input,
      OneDnnWeights weights,
      Epilogue epilogue,
      Matrix output,
      Workspace workspace) {
    int rows = CHUNKS[CHUNKS.length - 1];
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix filledInput = Filling.withZeroRows(input, rows, workspace);
      Matrix filledOutput = Filling.withZeroRows(output, rows, workspace);
      projectRows(primitives, filledInput, weights, epilogue, filledOutput, workspace);
      output.copyFrom(filledOutput.rows(0, output.rows()));
    }
  }

  private void projectRows(
      OneDnnPrimitives primitives,
      Matrix input,
      OneDnnWeights weights,
      Epilogue epilogue,
      Matrix output,
      Workspace workspace) {
    if (type == OneDnn.Type.FP32) {
      primitives.run(
          input.rows(),
          input.pointer(),
          input.stride(),
          weights,
          epilogue,
          output.pointer(),
          output.stride());
      return;
    }
    try (Workspace.Scope scope = workspace.scope()) {
      BytePointer rounded = workspace.bytes((long) input.rows() * input.columns() * Short.BYTES);
      BFloat16.round(input, rounded);
      primitives.run(
          input.rows(),
          new Pointer(rounded),
          input.columns(),
          weights,
          epilogue,
          output.pointer(),
          output.stride());
    }
  }

  @Override
  public void scores(Matrix query, Matrix key, HeadGroup group, float scale, Matrix scores) {
    blas.scores(query, key, group, scale, scores);
  }

  @Override
  public void values(Matrix weights, Matrix value, HeadGroup group, Matrix context) {
    blas.values(weights, value, group, context);
  }
}
