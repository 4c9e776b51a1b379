package dev.headlight.nn;

import java.util.Arrays;

/**
 * How B sequences lie end to end in the rows of a packed {@code [N, d]} matrix, without padding.
 *
 * <p>Immutable: the array is copied.
 */
public final class Packing {
  private final int[] offsets;

  private Packing(int[] offsets) {
    this.offsets = offsets;
  }

  /**
   * Lays sequences of these lengths end to end.
   *
   * @throws IllegalArgumentException if a length is not positive or the sum exceeds an int
   */
  public static Packing ofLengths(int... lengths) {
    int[] offsets = new int[lengths.length + 1];
    for (int s = 0; s < lengths.length; s++) {
      if (lengths[s] <= 0) {
        throw new IllegalArgumentException(
            "sequence " + s + " of the batch has " + lengths[s] + " tokens; expected 1 or more");
      }
      offsets[s + 1] = Math.addExact(offsets[s], lengths[s]);
    }
    return new Packing(offsets);
  }

  /** B. */
  public int sequences() {
    return offsets.length - 1;
  }

  /** N, tokens of all sequences. */
  public int tokens() {
    return offsets[offsets.length - 1];
  }

  /** First row of a sequence. */
  public int start(int sequence) {
    return offsets[sequence];
  }

  /** T, tokens of a sequence. */
  public int length(int sequence) {
    return offsets[sequence + 1] - offsets[sequence];
  }

  /** T of the longest sequence. */
  public int longest() {
    int longest = 0;
    for (int s = 0; s < sequences(); s++) {
      longest = Math.max(longest, length(s));
    }
    return longest;
  }

  @Override
  public String toString() {
    return "Packing" + Arrays.toString(offsets);
  }
}
