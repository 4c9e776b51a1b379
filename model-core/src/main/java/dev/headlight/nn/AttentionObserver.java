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
}
