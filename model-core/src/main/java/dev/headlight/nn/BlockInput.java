package dev.headlight.nn;

import dev.headlight.tensor.Matrix;

/**
 * What a block needs beside the hidden states.
 *
 * @param packing of the hidden states
 * @param memory encoder output {@code [M, d_encoder]} for cross-attention, or null
 * @param memoryPacking of the memory, or null
 * @param observer of the attention layer at hand, or null
 * @param updates observer of what the sublayers add, or null
 */
public record BlockInput(
    Packing packing,
    Matrix memory,
    Packing memoryPacking,
    AttentionObserver observer,
    UpdateObserver updates) {

  /** Input of a stack without cross-attention. */
  public static BlockInput of(Packing packing) {
    return new BlockInput(packing, null, null, null, null);
  }

  /** Input of a decoder that sees an encoder's output. */
  public static BlockInput of(Packing packing, Matrix memory, Packing memoryPacking) {
    return new BlockInput(packing, memory, memoryPacking, null, null);
  }

  BlockInput observedBy(AttentionObserver newObserver, UpdateObserver newUpdates) {
    return new BlockInput(packing, memory, memoryPacking, newObserver, newUpdates);
  }
}
