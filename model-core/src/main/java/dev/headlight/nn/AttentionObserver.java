package dev.headlight.nn;

/**
 * Sees the attention weights of one layer while they are in cache. It may not change them: results
 * are the same bits with and without an observer.
 */
@FunctionalInterface
public interface AttentionObserver {
  /**
   * Tiles of a sequence arrive by head group, and inside it by increasing query; or the other way
   * round, if the observer asks for it.
   */
  void observe(AttentionTile tile);

  /**
   * Whether all head groups of some queries are to arrive before those of the next queries. Slower
   * for long sequences; the tiles are the same, and those of the same queries have the same keys.
   */
  default boolean seesAllHeadsOfAQueryInTurn() {
    return false;
  }

  /** Whether {@link #values} and {@link #outputs} are to be called, which costs some products. */
  default boolean seesNorms() {
    return false;
  }

  /**
   * Called before the first tile of a sequence with the norms of its transformed values, {@code
   * |v_j W_o|}.
   *
   * @param norms {@code [h * keys]}
   */
  default void values(int sequence, float[] norms) {}

  /**
   * Called after the last tile of a sequence with the norms of what each head adds to the residual
   * stream.
   *
   * @param norms {@code [h * queries]}
   */
  default void outputs(int sequence, float[] norms) {}
}
