package dev.headlight.kernel;

import dev.headlight.tensor.NativeArena;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** Copies weights into the blocked layout that oneDNN prefers for products of many rows. */
final class OneDnnPacking {
  private final OneDnn oneDnn;
  private final OneDnn.Type type;
  private final int rows;

  /**
   * Packs for products of this type.
   *
   * @param rows for which number of rows the layout is chosen; it serves all numbers
   */
  OneDnnPacking(OneDnn oneDnn, OneDnn.Type type, int rows) {
    this.oneDnn = oneDnn;
    this.type = type;
    this.rows = rows;
  }

  /** Weights {@code [outputs, inputs]} whose rows lie {@code stride} elements apart. */
  record Stored(Pointer data, OneDnn.Type type, int outputs, int inputs, int stride) {}

  /** Weights without a bias. */
  OneDnnWeights pack(Stored stored, NativeArena arena) {
    int inputs = stored.inputs();
    int outputs = stored.outputs();
    dnnl_memory_desc layout = layout(inputs, outputs);
    dnnl_memory packed = oneDnn.memory(layout, arena.bytes(dnnl.dnnl_memory_desc_get_size(layout)));
    dnnl_memory_desc from = OneDnn.strided(stored.type(), inputs, outputs, 1, stored.stride());
    reorder(from, stored.data(), layout, packed);
    return new OneDnnWeights(inputs, outputs, layout, packed, null);
  }

  private dnnl_memory_desc layout(int inputs, int outputs) {
    dnnl_memory_desc source = OneDnn.strided(type, rows, inputs, inputs, 1);
    dnnl_memory_desc destination = OneDnn.strided(OneDnn.Type.FP32, rows, outputs, outputs, 1);
    dnnl_primitive_desc product =
        oneDnn.matmul(source, OneDnn.free(type, inputs, outputs), null, destination, null);
    // the descriptor is owned by the primitive descriptor: clone before that goes
    dnnl_memory_desc layout = new dnnl_memory_desc();
    OneDnn.check(
        dnnl.dnnl_memory_desc_clone(
            layout, dnnl.dnnl_primitive_desc_query_md(product, dnnl.dnnl_query_weights_md, 0)),
        "copy a layout");
    dnnl.dnnl_primitive_desc_destroy(product);
    return layout;
  }

  private void reorder(
      dnnl_memory_desc from, Pointer data, dnnl_memory_desc to, dnnl_memory target) {
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
}
