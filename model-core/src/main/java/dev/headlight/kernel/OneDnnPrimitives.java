package dev.headlight.kernel;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/**
 * The primitives of one thread, by shape. oneDNN shares the scratch memory of primitives per
 * thread, so a primitive is run by the thread that made it; what making costs (code generation)
 * oneDNN caches for the whole process.
 */
final class OneDnnPrimitives implements AutoCloseable {
  /**
   * Attention needs two for each shape of a tile, of which sequences of 1 to 8192 tokens have about
   * a hundred; where there are more, as with queries and keys of different lengths, the ones used
   * last are kept.
   */
  private static final int MOST_ATTENTION_PRODUCTS = 256;

  /**
   * Primitives made before memory is trimmed. Making one takes and frees some hundred KiB around
   * what stays, which the C library would keep.
   */
  private static final int MADE_BETWEEN_TRIMS = 64;

  private final OneDnn oneDnn;
  private final OneDnn.Type type;
  private final Map<Projection, OneDnnProduct> projections = new HashMap<>();
  private final Map<HeadProduct, OneDnnProduct> headProducts = new LinkedHashMap<>(64, 0.75f, true);
  private int made;

  /** Everything a projection depends on; weights of the same widths share primitives. */
  record Projection(
      int rows,
      int inputs,
      int outputs,
      int inputStride,
      int outputStride,
      OneDnn.Type outputType,
      boolean biased,
      Epilogue epilogue) {}

  /**
   * A product of each of some heads: {@code [rows, inner]} times {@code [inner, columns]}.
   *
   * @param heads number of products
   * @param shared whether all heads multiply with the same right matrix
   * @param left strides of the left matrix
   * @param right strides of the right matrix
   * @param result strides of the result
   * @param factor of the result
   */
  record HeadProduct(
      int heads,
      boolean shared,
      int rows,
      int inner,
      int columns,
      Strides left,
      Strides right,
      Strides result,
      OneDnn.Type resultType,
      float factor) {}

  /** Elements between heads, rows and columns. */
  record Strides(int head, int row, int column) {
    private long[] toArray() {
      return new long[] {head, row, column};
    }
  }

  OneDnnPrimitives(OneDnn oneDnn, OneDnn.Type type) {
    this.oneDnn = oneDnn;
    this.type = type;
  }

  /** A projection with weights of this layout. */
  OneDnnProduct get(Projection key, dnnl_memory_desc layout) {
    OneDnnProduct product = projections.get(key);
    if (product == null) {
      product = make(key, layout);
      projections.put(key, product);
    }
    return product;
  }

  private OneDnnProduct make(Projection key, dnnl_memory_desc layout) {
    dnnl_memory_desc source = OneDnn.strided(type, key.rows(), key.inputs(), key.inputStride(), 1);
    dnnl_memory_desc bias =
        key.biased() ? OneDnn.strided(OneDnn.Type.FP32, 1, key.outputs(), key.outputs(), 1) : null;
    dnnl_memory_desc destination =
        OneDnn.strided(key.outputType(), key.rows(), key.outputs(), key.outputStride(), 1);
    OneDnnProduct product =
        make(source, layout, bias, destination, OneDnnEpilogues.of(key.epilogue()));
    dnnl.dnnl_memory_desc_destroy(source);
    if (bias != null) {
      dnnl.dnnl_memory_desc_destroy(bias);
    }
    dnnl.dnnl_memory_desc_destroy(destination);
    return product;
  }

  /** A product of attention heads. */
  OneDnnProduct get(HeadProduct key) {
    OneDnnProduct product = headProducts.get(key);
    if (product == null) {
      if (headProducts.size() == MOST_ATTENTION_PRODUCTS) {
        HeadProduct oldest = headProducts.keySet().iterator().next();
        headProducts.remove(oldest).close();
      }
      product = make(key);
      headProducts.put(key, product);
    }
    return product;
  }

  private OneDnnProduct make(HeadProduct key) {
    long[] left = {key.heads(), key.rows(), key.inner()};
    long[] right = {key.shared() ? 1 : key.heads(), key.inner(), key.columns()};
    long[] result = {key.heads(), key.rows(), key.columns()};
    dnnl_memory_desc source = OneDnn.strided(type, left, key.left().toArray());
    dnnl_memory_desc weights = OneDnn.strided(type, right, key.right().toArray());
    dnnl_memory_desc destination = OneDnn.strided(key.resultType(), result, key.result().toArray());
    OneDnnProduct product =
        make(source, weights, null, destination, OneDnnEpilogues.factor(key.factor()));
    dnnl.dnnl_memory_desc_destroy(source);
    dnnl.dnnl_memory_desc_destroy(weights);
    dnnl.dnnl_memory_desc_destroy(destination);
    return product;
  }

  /** Makes a primitive, which keeps copies of what describes it, and destroys the attributes. */
  private OneDnnProduct make(
      dnnl_memory_desc source,
      dnnl_memory_desc weights,
      dnnl_memory_desc bias,
      dnnl_memory_desc destination,
      dnnl_primitive_attr attributes) {
    OneDnnProduct product =
        new OneDnnProduct(oneDnn, source, weights, bias, destination, attributes);
    dnnl.dnnl_primitive_attr_destroy(attributes);
    made++;
    if (made % MADE_BETWEEN_TRIMS == 0) {
      Pointer.trimMemory();
    }
    return product;
  }

  /** How many primitives were made so far. */
  int made() {
    return made;
  }

  @Override
  public void close() {
    projections.values().forEach(OneDnnProduct::close);
    projections.clear();
    headProducts.values().forEach(OneDnnProduct::close);
    headProducts.clear();
  }
}
