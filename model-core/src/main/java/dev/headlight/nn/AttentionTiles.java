package dev.headlight.nn;

import dev.headlight.config.MaskConfig;

/**
 * The tiles that the scores of a sequence are computed in: some heads by some queries by the keys
 * that any of these queries sees, all counted from 0. They depend on the sequence's own length
 * only.
 *
 * <p>Kernels are made for the shape of a tile, so the shapes are few: tiles have numbers of queries
 * and keys that {@link ProductSizes} gives, which may be more than there are.
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

  static AttentionTiles of(int heads, int queries, int keys, MaskConfig mask, boolean byQuery) {
    int size = ProductSizes.of(keys);
    int tileQueries = tileQueries(ProductSizes.of(queries), size, mask);
    int tileKeys = mask.window() == 0 ? size : Math.min(size, seen(size, mask) + tileQueries);
    int fitting = Math.max(1, TILE_FLOATS / Math.max(1, tileQueries * tileKeys));
    int headTiles = divide(heads, fitting);
    return new AttentionTiles(
        heads, queries, keys, mask, divide(heads, headTiles), tileQueries, byQuery);
  }

  private static int divide(int number, int divisor) {
    return (number + divisor - 1) / divisor;
  }

  /**
   * A multiple of the step of the queries or a part of it, so that no tile ends behind their size.
   */
  private static int tileQueries(int queries, int keys, MaskConfig mask) {
    int fitting = Math.max(SMALLEST_TILE_QUERIES, TILE_FLOATS / seen(keys, mask));
    int step = ProductSizes.step(queries);
    int most = fitting < step ? Integer.highestOneBit(fitting) : ProductSizes.down(fitting, step);
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
    return divide(heads, tileHeads);
  }

  private int queryTiles() {
    return divide(queries, tileQueries);
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

  /** The number of queries that a tile is filled up to. */
  int rowCount(int tile) {
    return Math.min(tileQueries, ProductSizes.up(queryCount(tile), ProductSizes.step(queries)));
  }

  /** The first key of a tile; keys that no query of it sees may be among the first. */
  int firstKey(int tile) {
    return ProductSizes.down(mask.firstKey(firstQuery(tile)), keyStep());
  }

  /**
   * One past the last key of a tile; keys that no query of it sees may be among the last, and some
   * behind the sequence's end.
   */
  int endKey(int tile) {
    int seen = mask.endKey(firstQuery(tile) + queryCount(tile) - 1, keys);
    return ProductSizes.up(seen, keyStep());
  }

  private int keyStep() {
    return ProductSizes.step(seen(keys, mask));
  }
}
