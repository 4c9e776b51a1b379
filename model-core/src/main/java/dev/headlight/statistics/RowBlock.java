package dev.headlight.statistics;

import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.nn.AttentionTile;
import dev.headlight.tensor.Matrix;
import java.util.Arrays;

/**
 * Attention rows of one head for consecutive queries, copied once out of native memory into an
 * array that stays in the first-level cache while all groups read it. Reused from block to block.
 */
final class RowBlock {
  /** 16 KiB, half of the first-level cache; a longer row is a block of its own. */
  private static final int BLOCK_FLOATS = 4096;

  private float[] weights = new float[BLOCK_FLOATS];
  private int rows;
  private int stride;
  private int firstQuery;
  private int firstKey;
  private int tileRow;
  private SoftmaxRows ranges;

  /** Queries of a tile that fit one block. */
  static int queriesPerBlock(AttentionTile tile) {
    return Math.max(1, BLOCK_FLOATS / aligned(Math.max(1, tile.weights().columns())));
  }

  private static int aligned(int columns) {
    return (columns + RowReductions.ALIGNMENT - 1)
        / RowReductions.ALIGNMENT
        * RowReductions.ALIGNMENT;
  }

  /** Reads {@code count} queries of one head of a tile, both counted from the tile's first. */
  void read(AttentionTile tile, int head, int query, int count) {
    Matrix source = tile.weights();
    int columns = source.columns();
    rows = count;
    stride = aligned(columns);
    firstQuery = tile.firstQuery() + query;
    firstKey = tile.firstKey();
    tileRow = tile.row(head, query);
    ranges = tile.rows();
    if (weights.length < count * stride) {
      weights = new float[count * stride];
    }
    if (source.contiguous() && stride == columns) {
      source.floats().get(source.index(tileRow), weights, 0, count * columns);
      return;
    }
    for (int r = 0; r < count; r++) {
      source.readRow(tileRow + r, weights, r * stride);
      Arrays.fill(weights, r * stride + columns, (r + 1) * stride, 0f);
    }
  }

  /** Weights of all rows; row r is at {@code [start(r), end(r))}. */
  float[] weights() {
    return weights;
  }

  int rows() {
    return rows;
  }

  /** Floats from the start of a row to that of the next; a multiple of the alignment. */
  int stride() {
    return stride;
  }

  /** Position of the query of a row in its sequence. */
  int query(int row) {
    return firstQuery + row;
  }

  /** Index in {@link #weights} of the first visible key of a row. */
  int start(int row) {
    return row * stride + ranges.from(tileRow + row);
  }

  /** Index in {@link #weights} after the last visible key of a row. */
  int end(int row) {
    return row * stride + ranges.to(tileRow + row);
  }

  /** Index in {@link #weights} where a key of a row stands, or would stand if it is not visible. */
  int index(int row, int key) {
    return row * stride + key - firstKey;
  }

  /** First key a row sees. */
  int firstVisibleKey(int row) {
    return firstKey + ranges.from(tileRow + row);
  }

  /** Weight of a key; 0 if it is not visible. */
  float weight(int row, int key) {
    int index = index(row, key);
    return index >= start(row) && index < end(row) ? weights[index] : 0f;
  }

  /** Number of keys a row sees. */
  int visible(int row) {
    return ranges.to(tileRow + row) - ranges.from(tileRow + row);
  }

  /** Largest weight of a row. */
  float largestWeight(int row) {
    return ranges.largestWeight(tileRow + row);
  }

  /** Entropy of a row in nats. */
  float entropy(int row) {
    return ranges.entropy(tileRow + row);
  }
}
