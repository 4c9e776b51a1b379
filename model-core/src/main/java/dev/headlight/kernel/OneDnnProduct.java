package dev.headlight.kernel;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * A primitive that multiplies matrices of fixed shapes, with its arguments, whose addresses are set
 * at every run.
 */
final class OneDnnProduct implements AutoCloseable {
  private final OneDnn oneDnn;
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final dnnl_memory source;
  private final dnnl_memory weights;
  private final dnnl_memory destination;
  private final dnnl_exec_arg_t arguments;
  private final dnnl_exec_arg_t weightArgument;
  private final dnnl_exec_arg_t biasArgument;
  private final int count;
  private final Address address = new Address();

  /**
   * Makes a primitive.
   *
   * @param bias null for none
   */
  OneDnnProduct(
      OneDnn oneDnn,
      dnnl_memory_desc source,
      dnnl_memory_desc weights,
      dnnl_memory_desc bias,
      dnnl_memory_desc destination,
      dnnl_primitive_attr attributes) {
    this.oneDnn = oneDnn;
    dnnl_primitive_desc descriptor = oneDnn.matmul(source, weights, bias, destination, attributes);
    OneDnn.check(dnnl.dnnl_primitive_create(primitive, descriptor), "make a matrix product");
    dnnl.dnnl_primitive_desc_destroy(descriptor);
    this.source = oneDnn.memory(source, null);
    this.weights = oneDnn.memory(weights, null);
    this.destination = oneDnn.memory(destination, null);
    this.count = bias == null ? 3 : 4;
    this.arguments = new dnnl_exec_arg_t(count);
    arguments.getPointer(0).arg(dnnl.DNNL_ARG_SRC).memory(this.source);
    arguments.getPointer(1).arg(dnnl.DNNL_ARG_DST).memory(this.destination);
    this.weightArgument = arguments.getPointer(2).arg(dnnl.DNNL_ARG_WEIGHTS);
    weightArgument.memory(this.weights);
    this.biasArgument = bias == null ? null : arguments.getPointer(3).arg(dnnl.DNNL_ARG_BIAS);
  }

  /** Multiplies with packed weights. */
  void run(long sourceAddress, OneDnnWeights packed, long destinationAddress) {
    weightArgument.memory(packed.memory());
    if (biasArgument != null) {
      biasArgument.memory(packed.bias());
    }
    execute(sourceAddress, destinationAddress);
  }

  /** Multiplies two matrices. */
  void run(long sourceAddress, long weightsAddress, long destinationAddress) {
    set(weights, weightsAddress);
    execute(sourceAddress, destinationAddress);
  }

  private void execute(long sourceAddress, long destinationAddress) {
    set(source, sourceAddress);
    set(destination, destinationAddress);
    OneDnn.check(
        dnnl.dnnl_primitive_execute(primitive, oneDnn.stream(), count, arguments),
        "run a matrix product");
  }

  private void set(dnnl_memory memory, long data) {
    OneDnn.check(dnnl.dnnl_memory_set_data_handle(memory, address.at(data)), "set an argument");
  }

  @Override
  public void close() {
    dnnl.dnnl_primitive_destroy(primitive);
    dnnl.dnnl_memory_destroy(source);
    dnnl.dnnl_memory_destroy(weights);
    dnnl.dnnl_memory_destroy(destination);
    arguments.deallocate();
  }
}
