package dev.headlight.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What oneDNN alone makes of the projections of one layer, without bias, activation or residual:
 * the limit of a forward pass on this machine, and what other precisions could gain. An operation
 * is the four projections of {@code rows} tokens.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ProductRateBenchmark {
  /** Bytes that are an ordinary number in every type: 0.75 as a float, 63 as an integer. */
  private static final int FILLING = 0x3f;

  /** Types of the two matrices and of the result. */
  @Param({"fp32", "bf16", "bf16-to-bf16", "split-bf16", "int8"})
  String precision;

  /** Width and intermediate width: those of BERT-base and MiniLM. */
  @Param({"768x3072", "384x1536"})
  String widths;

  @Param({"1024"})
  int rows;

  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final List<Product> products = new ArrayList<>();

  /** A primitive and what it works on. */
  private record Product(
      dnnl_primitive primitive, dnnl_exec_arg_t arguments, List<BytePointer> memory) {}

  @Setup(Level.Trial)
  public void make() {
    check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0));
    check(dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags));
    String[] parts = widths.split("x", 2);
    int width = Integer.parseInt(parts[0]);
    int intermediate = Integer.parseInt(parts[1]);
    products.add(product(width, 3 * width));
    products.add(product(width, width));
    products.add(product(width, intermediate));
    products.add(product(intermediate, width));
  }

  /** q, k and v in one; o; up; down. */
  @Benchmark
  public void projectionsOfALayer() {
    for (Product product : products) {
      check(dnnl.dnnl_primitive_execute(product.primitive(), stream, 3, product.arguments()));
    }
  }

  private Product product(int inputs, int outputs) {
    boolean split = precision.equals("split-bf16");
    // high and low parts of either factor, of which three products count, side by side
    int inner = split ? 3 * inputs : inputs;
    int type =
        switch (precision) {
          case "fp32" -> dnnl.dnnl_f32;
          case "int8" -> dnnl.dnnl_s8;
          default -> dnnl.dnnl_bf16;
        };
    int sourceType = precision.equals("int8") ? dnnl.dnnl_u8 : type;
    int resultType = precision.equals("bf16-to-bf16") ? dnnl.dnnl_bf16 : dnnl.dnnl_f32;
    dnnl_memory_desc source = describe(rows, inner, sourceType, dnnl.dnnl_ab);
    dnnl_memory_desc result = describe(rows, outputs, resultType, dnnl.dnnl_ab);
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    check(dnnl.dnnl_primitive_attr_create(attributes));
    dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
    check(
        dnnl.dnnl_matmul_primitive_desc_create(
            descriptor,
            engine,
            source,
            describe(inner, outputs, type, dnnl.dnnl_format_tag_any),
            null,
            result,
            attributes));
    dnnl_memory_desc weights =
        dnnl.dnnl_primitive_desc_query_md(descriptor, dnnl.dnnl_query_weights_md, 0);
    dnnl_primitive primitive = new dnnl_primitive();
    check(dnnl.dnnl_primitive_create(primitive, descriptor));
    List<BytePointer> memory = new ArrayList<>();
    dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(3);
    arguments.getPointer(0).arg(dnnl.DNNL_ARG_SRC).memory(filled(source, memory));
    arguments.getPointer(1).arg(dnnl.DNNL_ARG_WEIGHTS).memory(filled(weights, memory));
    arguments.getPointer(2).arg(dnnl.DNNL_ARG_DST).memory(filled(result, memory));
    return new Product(primitive, arguments, memory);
  }

  private static dnnl_memory_desc describe(long height, long width, int type, int tag) {
    dnnl_memory_desc descriptor = new dnnl_memory_desc();
    check(
        dnnl.dnnl_memory_desc_create_with_tag(
            descriptor, 2, new long[] {height, width}, type, tag));
    return descriptor;
  }

  private dnnl_memory filled(dnnl_memory_desc descriptor, List<BytePointer> owner) {
    BytePointer bytes = new BytePointer(dnnl.dnnl_memory_desc_get_size(descriptor));
    Pointer.memset(bytes, FILLING, bytes.capacity());
    owner.add(bytes);
    dnnl_memory memory = new dnnl_memory();
    check(dnnl.dnnl_memory_create(memory, descriptor, engine, bytes));
    return memory;
  }

  private static void check(int status) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN answered with status " + status);
    }
  }

  @TearDown(Level.Trial)
  public void free() {
    for (Product product : products) {
      dnnl.dnnl_primitive_destroy(product.primitive());
      product.memory().forEach(Pointer::deallocate);
    }
    products.clear();
  }
}
