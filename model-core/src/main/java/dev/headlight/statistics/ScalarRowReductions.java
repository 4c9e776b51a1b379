package dev.headlight.statistics;

import dev.headlight.statistics.RowSums.Distances;
import dev.headlight.statistics.RowSums.Shape;
import dev.headlight.statistics.RowSums.Threshold;

/** Reductions in plain Java and double precision. */
final class ScalarRowReductions implements RowReductions {
  @Override
  public void shape(float[] weights, int start, int end, int above, int atLeast, Shape result) {
    float largest = 0f;
    float lower = Float.intBitsToFloat(above);
    int count = 0;
    for (int k = start; k < end; k++) {
      largest = Math.max(largest, weights[k]);
      count += weights[k] > lower ? 1 : 0;
    }
    result.largest = largest;
    result.above = count;
    threshold(weights, start, end, atLeast, result.threshold);
  }

  @Override
  public void threshold(float[] weights, int start, int end, int atLeast, Threshold result) {
    float lower = Float.intBitsToFloat(atLeast);
    double sum = 0;
    int count = 0;
    for (int k = start; k < end; k++) {
      boolean reaches = weights[k] >= lower;
      sum += reaches ? weights[k] : 0f;
      count += reaches ? 1 : 0;
    }
    result.sum = sum;
    result.count = count;
  }

  @Override
  public double sumError(int count) {
    return count * Math.ulp(1.0);
  }

  @Override
  public double exactSum(float[] weights, int start, int end, int atLeast) {
    float lower = Float.intBitsToFloat(atLeast);
    double sum = 0;
    for (int k = start; k < end; k++) {
      sum += weights[k] >= lower ? weights[k] : 0f;
    }
    return sum;
  }

  @Override
  public void distances(float[] weights, int start, int end, int centre, Distances result) {
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
    result.mean = mean;
    result.squaredDeviation = squares;
  }

  @Override
  public void addTo(float[] weights, int start, int end, double[] sums, int at) {
    for (int k = start; k < end; k++) {
      sums[at + k - start] += weights[k];
    }
  }
}
