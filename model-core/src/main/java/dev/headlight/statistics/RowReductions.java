package dev.headlight.statistics;

import dev.headlight.kernel.WeightBlock;
import dev.headlight.statistics.RowSums.Distances;
import dev.headlight.statistics.RowSums.Shapes;
import dev.headlight.statistics.RowSums.Thresholds;

/**
 * Reductions of the attention rows of a block. Weights are not negative; those around a row, up to
 * the next multiples of {@link #ALIGNMENT}, must be 0.
 *
 * <p>Stateless, safe for use by several threads.
 */
interface RowReductions {
  /** Floats that may be read together. */
  int ALIGNMENT = WeightBlock.ALIGNMENT;

  /** The fastest that this machine runs. */
  static RowReductions best() {
    return Holder.BEST;
  }

  /** Chosen once: the just-in-time compiler then sees one implementation only. */
  final class Holder {
    private static final RowReductions BEST =
        VectorModule.isPresent() ? new VectorRowReductions() : new ScalarRowReductions();

    private Holder() {}
  }

  /**
   * Number of weights above one threshold, and number and sum of those that reach another, of all
   * rows.
   *
   * @param above bits of a float that is not negative
   * @param atLeast of row r at {@code r}, bits of a positive float
   */
  void shapes(RowBlock rows, int above, int[] atLeast, Shapes result);

  /**
   * Number and sum of the weights that reach a threshold, of some rows. Sums are of float32
   * accuracy, see {@link #sumError}.
   *
   * @param which the rows
   * @param count how many they are
   * @param atLeast of row r at {@code r}, bits of a positive float
   * @param result of row r at {@code r}
   */
  void thresholds(RowBlock rows, int[] which, int count, int[] atLeast, Thresholds result);

  /** Bound of the error of that sum of {@code count} weights whose sum is about 1. */
  double sumError(int count);

  /** Sum of the weights {@code [start, end)} that reach a threshold, in double precision. */
  double exactSum(float[] weights, int start, int end, int atLeast);

  /**
   * Adds the weights before and after the own positions of some queries to sums over rows, and
   * gives each row's first moment and second central moment of the distance from it: {@code sum w
   * |k - q|}, {@code sum w (|k - q| - mean)^2}.
   *
   * @param first first of these rows
   * @param result of row r at {@code r}
   */
  void distances(RowBlock rows, int first, int count, Distances result);

  /** {@code sums[at + k - start] += w_k}. */
  void addTo(float[] weights, int start, int end, double[] sums, int at);

  /**
   * {@code e^x} of each value, in place.
   *
   * @param values whose length is a multiple of {@link #ALIGNMENT}; what is behind the count may be
   *     overwritten
   */
  void exponentials(float[] values, int count);
}
