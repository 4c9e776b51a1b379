package dev.headlight.nn;

/**
 * Sees the attention weights of one layer while they are in cache. It may not change them: results
 * are the same bits with and without an observer.
 */
@FunctionalInterface
public interface AttentionObserver {
  /** Tiles of a sequence arrive by head group, and inside it by increasing query. */
  void observe(AttentionTile tile);
}
