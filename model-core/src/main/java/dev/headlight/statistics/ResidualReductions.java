package dev.headlight.statistics;

/**
 * Reductions of rows of the residual stream. Sums are of values in double precision, which the
 * caller widens: vectors of half as many floats as usual would do it faster, and make all other
 * code on vectors of floats slow. Stateless, safe for use by several threads.
 */
interface ResidualReductions {

  /** The fastest that this machine runs. */
  static ResidualReductions best() {
    return Holder.BEST;
  }

  /** Chosen once: the just-in-time compiler then sees one implementation only. */
  final class Holder {
    private static final ResidualReductions BEST =
        VectorModule.isPresent() ? new VectorResidualReductions() : new ScalarResidualReductions();

    private Holder() {}
  }

  /** Rows that {@link #add} takes at once. */
  int ROWS = 4;

  /** Sum of the squares of {@code values[at, at + width)}. */
  double sumOfSquares(double[] values, int at, int width);

  /**
   * Adds {@link #ROWS} rows to one sum, and the rows times a scale each to another.
   *
   * @param rows {@code [ROWS * width]}
   * @param scales one per row
   * @param sums {@code [width]}
   * @param scaledSums {@code [width]}
   */
  void add(double[] rows, int width, double[] scales, double[] sums, double[] scaledSums);

  /** Largest absolute value of {@code values[at, at + count)}; NaN if one of them is. */
  float largestAbsolute(float[] values, int at, int count);

  /**
   * Number of absolute values below a threshold.
   *
   * @param bits the threshold as bits of a float that is not negative
   */
  int countBelow(float[] values, int count, int bits);

  /**
   * Collects absolute values in an interval.
   *
   * @param low bits of the least value to collect
   * @param high bits of the least value above that not to collect
   * @param found has room for all of them
   * @return their number
   */
  int collect(float[] values, int count, int low, int high, float[] found);
}
