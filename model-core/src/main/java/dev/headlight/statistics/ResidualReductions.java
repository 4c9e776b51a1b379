package dev.headlight.statistics;

import dev.headlight.tensor.Matrix;

/**
 * Reductions of rows of the residual stream. Sums are in double precision. Stateless, safe for use
 * by several threads.
 */
interface ResidualReductions {

  /** The fastest that this machine runs, for values that are finite. */
  static ResidualReductions best() {
    return Holder.BEST;
  }

  /** Chosen once: the just-in-time compiler then sees one implementation only. */
  final class Holder {
    private static final ResidualReductions BEST =
        VectorModule.isPresent() ? new VectorResidualReductions() : new ScalarResidualReductions();

    private Holder() {}
  }

  /**
   * Sum of the squares of each row.
   *
   * @param hidden {@code [rows, d]}
   * @param result receives {@code [rows]}
   */
  void squares(Matrix hidden, double[] result);

  /**
   * Adds all rows to one sum, and the rows times a scale each to another. Where in the sums a
   * column stands is left open, but is the same in both and in all rows.
   *
   * @param hidden {@code [rows, d]}
   * @param scales {@code [rows]}
   * @param sums {@code [d]}
   * @param scaledSums {@code [d]}
   */
  void add(Matrix hidden, double[] scales, double[] sums, double[] scaledSums);

  /**
   * Number of absolute values below each of two thresholds, which are bits of floats that are not
   * negative.
   */
  void countBelow(float[] values, int count, int low, int high, Counts result);

  /** The same of {@code values[start, end)}, and the largest of them. */
  void survey(float[] values, int start, int end, int low, int high, Counts result);

  /**
   * Collects absolute values in an interval, and counts those below it.
   *
   * @param low bits of the least value to collect
   * @param high bits of the least value above that not to collect
   * @param result receives the values, as many of them as it has room for, and the counts
   */
  void collect(float[] values, int count, int low, int high, Counts result);

  /** Results, reused from call to call. */
  final class Counts {
    /** Values below the lower bound. */
    int belowLow;

    /** Values below the upper bound. */
    int belowHigh;

    /** Values between the bounds, as far as they have room. */
    final float[] between;

    /** Number of values between the bounds that were put there. */
    int collected;

    /** Bits of the largest value: above those of infinity if one of them is NaN. */
    int largest;

    /** Where values between the bounds are to be found, and how many such places there are. */
    int[] places = new int[0];

    int noted;

    Counts(int room) {
      between = new float[room];
    }

    void clear() {
      belowLow = 0;
      belowHigh = 0;
      largest = 0;
    }

    /** Takes in what was found among other values. */
    void add(Counts other) {
      belowLow += other.belowLow;
      belowHigh += other.belowHigh;
      largest = Math.max(largest, other.largest);
    }

    void reservePlaces(int count) {
      if (places.length < count) {
        places = new int[count];
      }
    }

    boolean hasRoom() {
      return collected < between.length;
    }

    void collect(float value) {
      if (hasRoom()) {
        between[collected++] = value;
      }
    }
  }
}
