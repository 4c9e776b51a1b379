package dev.headlight.statistics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the tokens of each sequence of a batch occurred before. Computed once per sequence. */
final class SequenceTokens {
  private static final int[] UNKNOWN = new int[0];

  private final Optional<List<int[]>> tokenIds;
  private final int[][] previous;

  SequenceTokens(BatchDescription.Side side) {
    this.tokenIds = side.tokenIds();
    this.previous = new int[side.queries().length][];
  }

  /**
   * {@code [T]}: the last earlier position with the same token as each position, -1 where there is
   * none. Empty if the tokens of the sequence are not known.
   */
  int[] previousOccurrences(int sequence) {
    if (previous[sequence] == null) {
      previous[sequence] =
          tokenIds.map(ids -> previousOccurrences(ids.get(sequence))).orElse(UNKNOWN);
    }
    return previous[sequence];
  }

  private static int[] previousOccurrences(int[] tokens) {
    int[] occurrences = new int[tokens.length];
    Map<Integer, Integer> last = new HashMap<>();
    for (int i = 0; i < tokens.length; i++) {
      Integer earlier = last.put(tokens[i], i);
      occurrences[i] = earlier == null ? -1 : earlier;
    }
    return occurrences;
  }
}
