package dev.headlight.nn;

/**
 * The tiles that the scores of a sequence are computed in: some heads by some queries by all keys,
 * counted from 0. They depend on the sequence's own length only.
 *
 * @param heads h
 * @param queries T
 * @param tileHeads most heads of a tile
 * @param tileQueries most queries of a tile
 * @param byQuery whether all heads of a query are in turn, instead of all queries of a head
 */
record AttentionTiles(int heads, int queries, int tileHeads, int tileQueries, boolean byQuery) {
  /**
   * Scores of a tile, in floats: 256 KiB, half of the smallest second-level cache of current
   * servers.
   */
  private static final int TILE_FLOATS = 64 * 1024;

  private static final int SMALLEST_TILE_QUERIES = 16;

  static AttentionTiles of(int heads, int queries, int keys, boolean byQuery) {
    int fitting = Math.max(SMALLEST_TILE_QUERIES, TILE_FLOATS / keys);
    int tileQueries = Math.min(queries, fitting);
    int tileHeads = Math.max(1, Math.min(heads, TILE_FLOATS / (tileQueries * keys)));
    return new AttentionTiles(heads, queries, tileHeads, tileQueries, byQuery);
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
}
