package dev.headlight.kernel;

import dev.headlight.config.Activation;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/**
 * The primitives of one thread, by shape. oneDNN shares the scratch memory of primitives per
 * thread, so a primitive is run by the thread that made it; what making costs (code generation)
 * oneDNN caches for the whole process.
 */
final class OneDnnPrimitives implements AutoCloseable {
  private final OneDnn oneDnn;
  private final OneDnn.Type type;
  private final Map<Key, Product> products = new HashMap<>();

  /** Everything a primitive depends on; weights of the same widths share primitives. */
  private record Key(
      int rows,
      int inputs,
      int outputs,
      int inputStride,
      int outputStride,
      boolean biased,
      Epilogue epilogue) {}

  OneDnnPrimitives(OneDnn oneDnn, OneDnn.Type type) {
    this.oneDnn = oneDnn;
    this.type = type;
  }

  /** Runs {@code output = epilogue(input W^T + b)} on a fixed number of rows. */
  void run(
      int rows,
      Pointer input,
      int inputStride,
      OneDnnWeights weights,
      Epilogue epilogue,
      Pointer output,
      int outputStride) {
    Key key =
        new Key(
            rows,
            weights.inputs(),
            weights.outputs(),
            inputStride,
            outputStride,
            weights.bias() != null,
            epilogue);
    products
        .computeIfAbsent(key, made -> product(made, weights.layout()))
        .run(input, weights, output);
  }

  private Product product(Key key, dnnl_memory_desc layout) {
    dnnl_memory_desc source = OneDnn.strided(type, key.rows(), key.inputs(), key.inputStride(), 1);
    dnnl_memory_desc destination =
        OneDnn.strided(OneDnn.Type.FP32, key.rows(), key.outputs(), key.outputStride(), 1);
    dnnl_memory_desc bias =
        key.biased() ? OneDnn.strided(OneDnn.Type.FP32, 1, key.outputs(), key.outputs(), 1) : null;
    dnnl_primitive_desc descriptor =
        oneDnn.matmul(source, layout, bias, destination, attributes(key.epilogue()));
    dnnl_primitive primitive = new dnnl_primitive();
    OneDnn.check(dnnl.dnnl_primitive_create(primitive, descriptor), "make a matrix product");
    dnnl.dnnl_primitive_desc_destroy(descriptor);
    return new Product(
        oneDnn,
        primitive,
        oneDnn.memory(source, null),
        oneDnn.memory(destination, null),
        key.biased());
  }

  private static dnnl_primitive_attr attributes(Epilogue epilogue) {
    dnnl_post_ops operations = new dnnl_post_ops();
    OneDnn.check(dnnl.dnnl_post_ops_create(operations), "make an epilogue");
    if (epilogue.residual()) {
      OneDnn.check(
          dnnl.dnnl_post_ops_append_sum(operations, 1f, 0, dnnl.dnnl_data_type_undef),
          "add a residual");
    }
    int fused = fused(epilogue.activation());
    if (fused != 0) {
      OneDnn.check(
          dnnl.dnnl_post_ops_append_eltwise(operations, fused, alpha(epilogue.activation()), 0f),
          "add an activation");
    }
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "make attributes");
    OneDnn.check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, operations), "set an epilogue");
    return attributes;
  }

  /** oneDNN's number of an activation, or 0 if it has none. */
  static int fused(Activation activation) {
    return switch (activation) {
      case GELU -> dnnl.dnnl_eltwise_gelu_erf;
      case GELU_TANH -> dnnl.dnnl_eltwise_gelu_tanh;
      case SILU, QUICK_GELU -> dnnl.dnnl_eltwise_swish;
      case RELU -> dnnl.dnnl_eltwise_relu;
      case TANH -> dnnl.dnnl_eltwise_tanh;
      case SIGMOID -> dnnl.dnnl_eltwise_logistic;
      case NONE, RELU_SQUARED -> 0;
    };
  }

  private static float alpha(Activation activation) {
    return switch (activation) {
      case SILU -> 1f;
      case QUICK_GELU -> 1.702f;
      default -> 0f;
    };
  }

  @Override
  public void close() {
    products.values().forEach(Product::close);
    products.clear();
  }

  /** A primitive with its arguments, whose data pointers are set at every run. */
  private static final class Product {
    private final OneDnn oneDnn;
    private final dnnl_primitive primitive;
    private final dnnl_memory source;
    private final dnnl_memory destination;
    private final dnnl_exec_arg_t arguments;
    private final dnnl_exec_arg_t weightArgument;
    private final dnnl_exec_arg_t biasArgument;
    private final int count;

    Product(
        OneDnn oneDnn,
        dnnl_primitive primitive,
        dnnl_memory source,
        dnnl_memory destination,
        boolean biased) {
      this.oneDnn = oneDnn;
      this.primitive = primitive;
      this.source = source;
      this.destination = destination;
      this.count = biased ? 4 : 3;
      this.arguments = new dnnl_exec_arg_t(count);
      arguments.getPointer(0).arg(dnnl.DNNL_ARG_SRC).memory(source);
      arguments.getPointer(1).arg(dnnl.DNNL_ARG_DST).memory(destination);
      this.weightArgument = arguments.getPointer(2).arg(dnnl.DNNL_ARG_WEIGHTS);
      this.biasArgument = biased ? arguments.getPointer(3).arg(dnnl.DNNL_ARG_BIAS) : null;
    }

    void run(Pointer input, OneDnnWeights weights, Pointer output) {
      OneDnn.check(dnnl.dnnl_memory_set_data_handle(source, input), "set an input");
      OneDnn.check(dnnl.dnnl_memory_set_data_handle(destination, output), "set an output");
      weightArgument.memory(weights.memory());
      if (biasArgument != null) {
        biasArgument.memory(weights.bias());
      }
      OneDnn.check(
          dnnl.dnnl_primitive_execute(primitive, oneDnn.stream(), count, arguments),
          "run a matrix product");
    }

    void close() {
      dnnl.dnnl_primitive_destroy(primitive);
      dnnl.dnnl_memory_destroy(source);
      dnnl.dnnl_memory_destroy(destination);
      arguments.deallocate();
    }
  }
}
