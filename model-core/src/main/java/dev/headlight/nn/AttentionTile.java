package dev.headlight.nn;

import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.tensor.Matrix;

/**
 * Attention weights of some heads of one sequence, for consecutive queries, while they are in
 * cache. Valid only during the call that hands it over.
 *
 * <p>Head {@code firstHead + i} and query {@code firstQuery + r} stand in row {@code i * headRows +
 * r}; rows between the last query of a head and the next head mean nothing. Column c is key {@code
 * firstKey + c}; columns that a row does not see, of which some may lie behind the last key, have
 * weight 0, and so have keys left and right of the columns.
 *
 * @param sequence index in the batch
 * @param headRows rows from one head to the next, {@code queries} or more
 * @param totalKeys keys of the whole sequence
 * @param weights {@code [heads * headRows, columns]}, rows sum to 1 up to rounding
 * @param rows which columns each row sees, and its entropy
 */
public record AttentionTile(
    int sequence,
    int firstHead,
    int heads,
    int firstQuery,
    int queries,
    int headRows,
    int firstKey,
    int totalKeys,
    Matrix weights,
    SoftmaxRows rows) {

  /** Row of the weights for a head and a query of this tile, both counted from the tile's first. */
  public int row(int head, int query) {
    return head * headRows + query;
  }
}
