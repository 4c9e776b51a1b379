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

  /** Sum of the squares of a row. */
  double sumOfSquares(Matrix hidden, int row);

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
   * Bits of the largest absolute value of {@code values[at, at + count)}: above those of infinity
   * if one of them is NaN.
   */
  int largestAbsolute(float[] values, int at, int count, Counts result);

  /**
   * Number of absolute values below each of two thresholds, which are bits of floats that are not
   * negative.
   */
  void countBelow(float[] values, int count, int low, int high, Counts result);

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

    /** Bits of the largest value. */
    int largest;

    /** Where values between the bounds are to be found, and how many such places there are. */
    int[] places = new int[0];

    int noted;

    Counts(int room) {
      between = new float[room];
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
