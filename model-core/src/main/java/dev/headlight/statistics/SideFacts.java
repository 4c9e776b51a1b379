package dev.headlight.statistics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;

/**
 * What the groups need to know of the sequences of one kind of attention beside the rows, worked
 * out once per sequence; and the norms of the layer at hand, where they are asked for.
 */
final class SideFacts {
  private static final int[] NONE = new int[0];

  private final BatchDescription.Side side;
  private final SpecialTokenIds special;
  private final int[][] previous;
  private float[] valueNorms = new float[0]; // [h * keys]
  private float[] outputNorms = new float[0]; // [h * queries]

  SideFacts(BatchDescription.Side side, SpecialTokenIds special) {
    this.side = side;
    this.special = special;
    this.previous = new int[side.queries().length][];
  }

  BatchDescription.Tokens queryTokens(int sequence) {
    return side.queryTokens().get(sequence);
  }

  BatchDescription.Tokens keyTokens(int sequence) {
    return side.keyTokens().get(sequence);
  }

  /** Number of keys of a sequence. */
  int keys(int sequence) {
    return side.keys()[sequence];
  }

  /** Number of queries of a sequence. */
  int queries(int sequence) {
    return side.queries()[sequence];
  }

  SpecialTokenIds special() {
    return special;
  }

  /** Positions of the keys whose tokens are among these, ascending. */
  int[] keyPositions(int sequence, SortedSet<Integer> ids) {
    int[] tokens = keyTokens(sequence).ids();
    if (ids.isEmpty() || tokens.length == 0) {
      return NONE;
    }
    int[] positions = new int[tokens.length];
    int count = 0;
    for (int position = 0; position < tokens.length; position++) {
      if (ids.contains(tokens[position])) {
        positions[count++] = position;
      }
    }
    return Arrays.copyOf(positions, count);
  }

  /**
   * {@code [T]}: the last earlier position with the same token as each position, -1 where there is
   * none. Empty if the tokens of the sequence are not known.
   */
  int[] previousOccurrences(int sequence) {
    if (previous[sequence] == null) {
      previous[sequence] = previousOccurrences(queryTokens(sequence).ids());
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

  /** Norms of the transformed values of the sequence whose rows come next. */
  void valueNorms(float[] norms) {
    valueNorms = norms;
  }

  /** Norms of the head outputs of the sequence whose rows came last. */
  void outputNorms(float[] norms) {
    outputNorms = norms;
  }

  /** {@code [h * keys]}. */
  float[] valueNorms() {
    return valueNorms;
  }

  /** {@code [h * queries]}. */
  float[] outputNorms() {
    return outputNorms;
  }
}
