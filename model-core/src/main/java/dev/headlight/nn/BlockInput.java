package dev.headlight.nn;

import dev.headlight.tensor.Matrix;

/**
 * What a block needs beside the hidden states.
 *
 * @param packing of the hidden states
 * @param memory encoder output {@code [M, d_encoder]} for cross-attention, or null
 * @param memoryPacking of the memory, or null
 * @param observer of the attention layer at hand, or null
 */
public record BlockInput(
    Packing packing, Matrix memory, Packing memoryPacking, AttentionObserver observer) {

  BlockInput observedBy(AttentionObserver newObserver) {
    return new BlockInput(packing, memory, memoryPacking, newObserver);
  }
}
