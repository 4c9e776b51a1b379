package dev.headlight.nn;

import dev.headlight.tensor.Matrix;

/**
 * Sees a forward pass from the outside: attention weights and hidden states of the layers it asks
 * for.
 */
public interface ForwardObserver {
  /** Observes nothing. */
  ForwardObserver NONE = new ForwardObserver() {};

  /**
   * The observer of one attention layer, or null if it is not to be observed.
   *
   * @param attention {@code self}, {@code encoder}, {@code decoder} or {@code cross}
   * @param layer counted from 0
   */
  default AttentionObserver attention(String attention, int layer) {
    return null;
  }

  /**
   * The observer of what the sublayers of one block add, or null if they are not to be observed.
   *
   * @param stack {@code self}, {@code encoder} or {@code decoder}
   * @param layer counted from 0
   */
  default UpdateObserver updates(String stack, int layer) {
    return null;
  }

  /**
   * Called with the embedding output (layer 0) and the raw output of each block i (layer i + 1).
   *
   * @param stack {@code self}, {@code encoder} or {@code decoder}
   * @param hidden {@code [N, d]}, valid only during the call
   */
  default void hiddenState(String stack, int layer, Matrix hidden, Packing packing) {}
}
