package dev.headlight.kernel;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * Weights in the blocked layout that oneDNN's products prefer.
 *
 * @param layout of {@code memory}
 * @param memory the packed weights {@code [inputs, outputs]}, read by all threads
 * @param bias {@code [1, outputs]}, or null
 */
record OneDnnWeights(
    int inputs, int outputs, dnnl_memory_desc layout, dnnl_memory memory, dnnl_memory bias)
    implements PackedLinear {
  OneDnnWeights withBias(dnnl_memory added) {
    return new OneDnnWeights(inputs, outputs, layout, memory, added);
  }
}
