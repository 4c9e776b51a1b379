package dev.headlight.kernel;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * The calls of oneDNN's C interface that matrix products need, with their status codes turned into
 * exceptions. Objects made here live as long as the process, unless the caller destroys them.
 */
final class OneDnn {
  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();

  OneDnn() {
    // ND4J comes first: oneDNN then uses the OpenMP library that ND4J has loaded and can set
    Nd4jProducts.loadLibrary();
    check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "create an engine");
    check(
        dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags), "create a stream");
  }

  /** Whether oneDNN's native library loads here. */
  static boolean available() {
    try {
      Loader.load(dnnl.class);
      return true;
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      return false;
    }
  }

  dnnl_engine engine() {
    return engine;
  }

  dnnl_stream stream() {
    return stream;
  }

  static void check(int status, String action) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException(
          "oneDNN could not "
              + action
              + ": status "
              + status
              + "; choose --kernels nd4j on this machine");
    }
  }

  /** Element types as oneDNN numbers them. */
  enum Type {
    FP32(dnnl.dnnl_f32),
    BF16(dnnl.dnnl_bf16),
    INT8(dnnl.dnnl_s8);

    private final int code;

    Type(int code) {
      this.code = code;
    }
  }

  static Type type(Operand operand) {
    return operand instanceof Operand.Floats ? Type.FP32 : Type.BF16;
  }

  static int stride(Operand operand) {
    return operand instanceof Operand.Floats floats
        ? floats.matrix().stride()
        : ((Operand.BFloats) operand).stride();
  }

  /** Native address of an element, counted from the first. */
  static long address(Operand operand, int element) {
    return operand instanceof Operand.Floats floats
        ? floats.matrix().address() + (long) Float.BYTES * element
        : ((Operand.BFloats) operand).address(element);
  }

  /** Descriptor of a matrix whose rows and columns lie this many elements apart. */
  static dnnl_memory_desc strided(
      Type type, long rows, long columns, long rowStride, long columnStride) {
    return strided(type, new long[] {rows, columns}, new long[] {rowStride, columnStride});
  }

  /** Descriptor of a tensor whose elements lie this many elements apart in each dimension. */
  static dnnl_memory_desc strided(Type type, long[] shape, long[] strides) {
    dnnl_memory_desc descriptor = new dnnl_memory_desc();
    check(
        dnnl.dnnl_memory_desc_create_with_strides(
            descriptor, shape.length, shape, type.code, strides),
        "describe a tensor");
    return descriptor;
  }

  /** Descriptor of a matrix whose layout the primitive may choose. */
  static dnnl_memory_desc free(Type type, long rows, long columns) {
    dnnl_memory_desc descriptor = new dnnl_memory_desc();
    long[] shape = {rows, columns};
    check(
        dnnl.dnnl_memory_desc_create_with_tag(
            descriptor, 2, shape, type.code, dnnl.dnnl_format_tag_any),
        "describe a matrix");
    return descriptor;
  }

  /** A memory object over memory that somebody else owns. */
  dnnl_memory memory(dnnl_memory_desc descriptor, Pointer data) {
    dnnl_memory memory = new dnnl_memory();
    check(dnnl.dnnl_memory_create(memory, descriptor, engine, data), "wrap memory");
    return memory;
  }

  /** Describes {@code destination = source weights + bias}; bias may be null. */
  dnnl_primitive_desc matmul(
      dnnl_memory_desc source,
      dnnl_memory_desc weights,
      dnnl_memory_desc bias,
      dnnl_memory_desc destination,
      dnnl_primitive_attr attributes) {
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    check(
        dnnl.dnnl_matmul_primitive_desc_create(
            descriptor, engine, source, weights, bias, destination, attributes),
        "describe a matrix product");
    return descriptor;
  }

  /** Whether this processor has products of matrices of a type, with sums in float32. */
  boolean multiplies(Type type) {
    int size = 64;
    dnnl_memory_desc operand = strided(type, size, size, size, 1);
    dnnl_memory_desc result = strided(Type.FP32, size, size, size, 1);
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    int status =
        dnnl.dnnl_matmul_primitive_desc_create(
            descriptor, engine, operand, operand, null, result, null);
    dnnl.dnnl_memory_desc_destroy(operand);
    dnnl.dnnl_memory_desc_destroy(result);
    if (status == dnnl.dnnl_unimplemented) {
      return false;
    }
    check(status, "describe a matrix product");
    dnnl.dnnl_primitive_desc_destroy(descriptor);
    return true;
  }
}
