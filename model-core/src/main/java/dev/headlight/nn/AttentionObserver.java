package dev.headlight.nn;

/**
 * Sees the attention weights of one layer while they are in cache. It may not change them: results
 * are the same bits with and without an observer.
 */
@FunctionalInterface
public interface AttentionObserver {
  /** Blocks of a head arrive by increasing query; those of several heads may take turns. */
  void observe(AttentionBlock block);

  /**
   * Whether all heads, by increasing number, are to arrive for some queries before any does for the
   * next queries. Slower for long sequences; the weights are the same, and blocks of the same
   * queries have the same keys.
   */
  default boolean seesAllHeadsOfAQueryInTurn() {
    return false;
  }

  /** Whether {@link #values} and {@link #outputs} are to be called, which costs some products. */
  default boolean seesNorms() {
    return false;
  }

  /**
   * Called before the first block of a sequence with the norms of its transformed values, {@code
   * |v_j W_o|}.
   *
   * @param norms {@code [h * keys]}
   */
  default void values(int sequence, float[] norms) {}

  /**
   * Called after the last block of a sequence with the norms of what each head adds to the residual
   * stream.
   *
   * @param norms {@code [h * queries]}
   */
  default void outputs(int sequence, float[] norms) {}
}
