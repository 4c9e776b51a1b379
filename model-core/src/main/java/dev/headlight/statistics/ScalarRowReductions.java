package dev.headlight.statistics;

import dev.headlight.kernel.ScalarMath;
import dev.headlight.statistics.RowSums.Distances;
import dev.headlight.statistics.RowSums.Shapes;
import dev.headlight.statistics.RowSums.Thresholds;

/** Reductions in plain Java and double precision. */
final class ScalarRowReductions implements RowReductions {
  @Override
  public void shapes(RowBlock rows, int above, int[] atLeast, Shapes result) {
    float[] weights = rows.weights();
    float lower = Float.intBitsToFloat(above);
    result.reserve(rows.rows(), 0);
    for (int row = 0; row < rows.rows(); row++) {
      int count = 0;
      for (int k = rows.start(row); k < rows.end(row); k++) {
        count += weights[k] > lower ? 1 : 0;
      }
      result.above[row] = count;
      threshold(rows, row, atLeast[row], result.thresholds);
    }
  }

  @Override
  public void thresholds(RowBlock rows, int[] which, int count, int[] atLeast, Thresholds result) {
    result.reserve(rows.rows(), 0);
    for (int i = 0; i < count; i++) {
      threshold(rows, which[i], atLeast[which[i]], result);
    }
  }

  private static void threshold(RowBlock rows, int row, int atLeast, Thresholds result) {
    float[] weights = rows.weights();
    float lower = Float.intBitsToFloat(atLeast);
    double sum = 0;
    int count = 0;
    for (int k = rows.start(row); k < rows.end(row); k++) {
      boolean reaches = weights[k] >= lower;
      sum += reaches ? weights[k] : 0f;
      count += reaches ? 1 : 0;
    }
    result.sum[row] = sum;
    result.count[row] = count;
  }

  @Override
  public double sumError(int count) {
    return count * Math.ulp(1.0);
  }

  /** In four sums, as each addition waits for the one before; nothing foresees which reach it. */
  @Override
  public double exactSum(float[] weights, int start, int end, int atLeast) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int k = start;
    for (; k + 3 < end; k += 4) {
      sum0 += ifReaches(weights[k], atLeast);
      sum1 += ifReaches(weights[k + 1], atLeast);
      sum2 += ifReaches(weights[k + 2], atLeast);
      sum3 += ifReaches(weights[k + 3], atLeast);
    }
    for (; k < end; k++) {
      sum0 += ifReaches(weights[k], atLeast);
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  /** The weight, or 0 if its bits are fewer; without a branch. */
  private static float ifReaches(float weight, int atLeast) {
    int bits = Float.floatToRawIntBits(weight);
    return Float.intBitsToFloat(bits & ~((bits - atLeast) >> (Integer.SIZE - 1)));
  }

  @Override
  public void distances(RowBlock rows, int first, int count, Distances result) {
    result.reserve(first + count);
    for (int row = first; row < first + count; row++) {
      int centre = rows.index(row, rows.query(row));
      distances(rows.weights(), rows.start(row), rows.end(row), centre, row, result);
    }
  }

  private static void distances(
      float[] weights, int start, int end, int centre, int row, Distances result) {
    double before = 0;
    double mean = 0;
    for (int k = start; k < Math.min(end, centre); k++) {
      before += weights[k];
      mean += (double) weights[k] * (centre - k);
    }
    double after = 0;
    for (int k = Math.max(start, centre + 1); k < end; k++) {
      after += weights[k];
      mean += (double) weights[k] * (k - centre);
    }
    double squares = 0;
    for (int k = start; k < end; k++) {
      double deviation = Math.abs(k - centre) - mean;
      squares += weights[k] * deviation * deviation;
    }
    result.before[0] += (float) before;
    result.after[0] += (float) after;
    result.mean[row] = (float) mean;
    result.squaredDeviation[row] = (float) squares;
  }

  @Override
  public void addTo(float[] weights, int start, int end, double[] sums, int at) {
    for (int k = start; k < end; k++) {
      sums[at + k - start] += weights[k];
    }
  }

  @Override
  public void exponentials(float[] values, int count) {
    for (int i = 0; i < count; i++) {
      values[i] = ScalarMath.exp(values[i]);
    }
  }
}
