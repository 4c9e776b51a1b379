package dev.headlight.kernel;

/**
 * Consecutive query heads that are computed together, and how they share key/value heads.
 *
 * @param first first query head of the group
 * @param count query heads in the group
 * @param queriesPerKey query heads that share one key/value head (1 for multi-head, h for
 *     multi-query attention)
 * @param headDim k, width of a head
 */
public record HeadGroup(int first, int count, int queriesPerKey, int headDim) {

  /** First column of a query head in a {@code [N, h*k]} matrix. */
  public int queryColumn(int indexInGroup) {
    return (first + indexInGroup) * headDim;
  }

  /** First column of the key/value head of a query head in a {@code [N, g*k]} matrix. */
  public int keyColumn(int indexInGroup) {
    return (first + indexInGroup) / queriesPerKey * headDim;
  }
}
