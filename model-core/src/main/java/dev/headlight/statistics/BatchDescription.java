package dev.headlight.statistics;

import java.util.List;
import java.util.Optional;

/**
 * What statistics need to know of a batch before it runs.
 *
 * @param sequences B
 * @param sides one per kind of attention that runs
 */
public record BatchDescription(int sequences, List<Side> sides) {

  public BatchDescription {
    sides = List.copyOf(sides);
    for (Side side : sides) {
      if (side.queries().length != sequences || side.keys().length != sequences) {
        throw new IllegalArgumentException(
            "%s attention: expected lengths of %d sequences, found %d of queries and %d of keys"
                .formatted(side.attention(), sequences, side.queries().length, side.keys().length));
      }
    }
  }

  /**
   * One kind of attention. The arrays are not copied and must not be changed.
   *
   * @param attention self, encoder, decoder or cross
   * @param heads h
   * @param queries {@code [B]}, queries of each sequence
   * @param keys {@code [B]}, keys of each sequence
   * @param tokenIds ids of each sequence's tokens; an empty array where they are not known; absent
   *     for cross-attention
   */
  public record Side(
      String attention, int heads, int[] queries, int[] keys, Optional<List<int[]>> tokenIds) {
    /** Tokens of each sequence, for self-attention. */
    public int[] lengths() {
      return queries;
    }
  }
}
