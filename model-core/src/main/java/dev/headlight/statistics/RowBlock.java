package dev.headlight.statistics;

import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.nn.AttentionBlock;

/**
 * Attention rows of one head for consecutive queries, in an array that stays in the first-level
 * cache while all groups read it. Reused from block to block.
 */
final class RowBlock {
  private float[] weights = new float[0];
  private int rows;
  private int begin;
  private int stride;
  private int firstQuery;
  private int firstKey;
  private int firstRow;
  private SoftmaxRows ranges;

  /** Shows what softmax has made; valid until it makes more. */
  void show(AttentionBlock block) {
    weights = block.weights();
    rows = block.queries();
    begin = block.start();
    stride = block.stride();
    firstQuery = block.firstQuery();
    firstKey = block.firstKey();
    firstRow = block.firstRow();
    ranges = block.rows();
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
    return begin + row * stride + ranges.from(firstRow + row);
  }

  /** Index in {@link #weights} after the last visible key of a row. */
  int end(int row) {
    return begin + row * stride + ranges.to(firstRow + row);
  }

  /** Index in {@link #weights} where a key of a row stands, or would stand if it is not visible. */
  int index(int row, int key) {
    return begin + row * stride + key - firstKey;
  }

  /** First key a row sees. */
  int firstVisibleKey(int row) {
    return firstKey + ranges.from(firstRow + row);
  }

  /** Weight of a key; 0 if it is not visible. */
  float weight(int row, int key) {
    int index = index(row, key);
    return index >= start(row) && index < end(row) ? weights[index] : 0f;
  }

  /** Number of keys a row sees. */
  int visible(int row) {
    return ranges.to(firstRow + row) - ranges.from(firstRow + row);
  }

  /** Largest weight of a row. */
  float largestWeight(int row) {
    return ranges.largestWeight(firstRow + row);
  }

  /** Entropy of a row in nats. */
  float entropy(int row) {
    return ranges.entropy(firstRow + row);
  }
}
