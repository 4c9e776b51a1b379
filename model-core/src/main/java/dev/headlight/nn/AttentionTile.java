package dev.headlight.nn;

import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.tensor.Matrix;

/**
 * Attention weights of some heads of one sequence, for consecutive queries, while they are in
 * cache. Valid only during the call that hands it over.
 *
 * <p>Head {@code firstHead + i} and query {@code firstQuery + r} stand in row {@code i * queries +
 * r}; column c is key {@code firstKey + c}. Keys left and right of the columns have weight 0 for
 * all these queries.
 *
 * @param sequence index in the batch
 * @param totalKeys keys of the whole sequence
 * @param weights {@code [heads * queries, keys]}, rows sum to 1 up to rounding
 * @param rows which columns each row sees, and its entropy
 */
public record AttentionTile(
    int sequence,
    int firstHead,
    int heads,
    int firstQuery,
    int queries,
    int firstKey,
    int totalKeys,
    Matrix weights,
    SoftmaxRows rows) {

  /** Row of the weights for a head and a query of this tile, both counted from the tile's first. */
  public int row(int head, int query) {
    return head * queries + query;
  }
}
