package dev.headlight.statistics;

import dev.headlight.statistics.RowSums.Distances;
import dev.headlight.statistics.RowSums.Shape;
import dev.headlight.statistics.RowSums.Threshold;

/**
 * Reductions of one attention row, {@code weights[start, end)}. Weights are not negative; those
 * around the row, up to the next multiples of {@link #ALIGNMENT}, must be 0.
 *
 * <p>Stateless, safe for use by several threads.
 */
interface RowReductions {
  /** Floats that may be read together. */
  int ALIGNMENT = 16;

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
   * Largest weight, number of weights above one threshold, and number and sum of those that reach
   * another.
   *
   * @param above bits of a float that is not negative
   * @param atLeast bits of a positive float
   */
  void shape(float[] weights, int start, int end, int above, int atLeast, Shape result);

  /**
   * Number and sum of the weights that reach a threshold. The sum is of float32 accuracy, see
   * {@link #sumError}.
   *
   * @param atLeast bits of a positive float
   */
  void threshold(float[] weights, int start, int end, int atLeast, Threshold result);

  /** Bound of the error of that sum of {@code count} weights whose sum is about 1. */
  double sumError(int count);

  /** Sum of the weights that reach a threshold, in double precision. */
  double exactSum(float[] weights, int start, int end, int atLeast);

  /**
   * Adds the weights before and after a centre to sums over rows, and gives the first moment and
   * the second central moment of the distance from it: {@code sum w |k - c|}, {@code sum w (|k - c|
   * - mean)^2}.
   *
   * @param centre index in the array, in the row or not
   * @param result as the row before left it
   */
  void distances(float[] weights, int start, int end, int centre, Distances result);

  /** {@code sums[at + k - start] += w_k}. */
  void addTo(float[] weights, int start, int end, double[] sums, int at);
}
