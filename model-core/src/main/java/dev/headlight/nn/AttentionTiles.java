package dev.headlight.nn;

import dev.headlight.config.MaskConfig;

/**
 * The tiles that the scores of a sequence are computed in: some heads by some queries by the keys
 * that any of these queries sees, all counted from 0. They depend on the sequence's own length
 * only.
 *
 * <p>Kernels are made for the shape of a tile, so the shapes are few: under masks that hide much of
 * a sequence, tiles are as high for all lengths, and keys are taken in steps.
 *
 * @param heads h
 * @param queries T
 * @param keys T, or that of the encoder's sequence in cross-attention
 * @param mask which keys a query sees
 * @param tileHeads most heads of a tile
 * @param tileQueries most queries of a tile
 * @param byQuery whether all heads of a query are in turn, instead of all queries of a head
 */
record AttentionTiles(
    int heads,
    int queries,
    int keys,
    MaskConfig mask,
    int tileHeads,
    int tileQueries,
    boolean byQuery) {
  /**
   * Scores of a tile, in floats: 256 KiB, half of the smallest second-level cache of current
   * servers.
   */
  private static final int TILE_FLOATS = 64 * 1024;

  /** With fewer queries, reading keys and values would cost more than multiplying them. */
  private static final int SMALLEST_TILE_QUERIES = 64;

  /** With more, too many keys would be multiplied that the mask hides. */
  private static final int LARGEST_MASKED_TILE_QUERIES = 128;

  private static final int QUERY_STEP = 16;

  /** Half of the most numbers of keys that the tiles of a causal sequence have. */
  private static final int KEY_STEPS = 32;

  static AttentionTiles of(int heads, int queries, int keys, MaskConfig mask, boolean byQuery) {
    int tileQueries = tileQueries(queries, keys, mask);
    int tileKeys = mask.window() == 0 ? keys : Math.min(keys, seen(keys, mask) + tileQueries);
    int fitting = TILE_FLOATS / Math.max(1, tileQueries * tileKeys);
    int tileHeads = Math.max(1, Math.min(heads, fitting));
    return new AttentionTiles(heads, queries, keys, mask, tileHeads, tileQueries, byQuery);
  }

  private static int tileQueries(int queries, int keys, MaskConfig mask) {
    int fitting = TILE_FLOATS / seen(keys, mask) / QUERY_STEP * QUERY_STEP;
    int most = Math.max(SMALLEST_TILE_QUERIES, fitting);
    boolean hides = mask.causal() || mask.window() > 0;
    return Math.min(queries, hides ? Math.min(LARGEST_MASKED_TILE_QUERIES, most) : most);
  }

  /** Most keys that a query sees. */
  private static int seen(int keys, MaskConfig mask) {
    long reach = mask.causal() ? mask.window() : 2L * mask.window() + 1;
    return mask.window() == 0 ? keys : (int) Math.min(keys, reach);
  }

  int count() {
    return headTiles() * queryTiles();
  }

  private int headTiles() {
    return (heads + tileHeads - 1) / tileHeads;
  }

  private int queryTiles() {
    return (queries + tileQueries - 1) / tileQueries;
  }

  /** The first head of a tile. */
  int firstHead(int tile) {
    return tileHeads * (byQuery ? tile % headTiles() : tile / queryTiles());
  }

  /** The number of heads of a tile. */
  int headCount(int tile) {
    return Math.min(tileHeads, heads - firstHead(tile));
  }

  /** The first query of a tile. */
  int firstQuery(int tile) {
    return tileQueries * (byQuery ? tile / headTiles() : tile % queryTiles());
  }

  /** The number of queries of a tile. */
  int queryCount(int tile) {
    return Math.min(tileQueries, queries - firstQuery(tile));
  }

  /** The first key of a tile. */
  int firstKey(int tile) {
    return mask.firstKey(firstQuery(tile));
  }

  /** One past the last key of a tile; keys that no query of it sees may be among them. */
  int endKey(int tile) {
    int seen = mask.endKey(firstQuery(tile) + queryCount(tile) - 1, keys);
    int step = mask.window() > 0 ? 1 : Math.max(1, Integer.highestOneBit(keys) / KEY_STEPS);
    return (int) Math.min(keys, (seen + step - 1L) / step * step);
  }
}
