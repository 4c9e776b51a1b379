package dev.headlight.statistics;

/** Reductions of one attention row, {@code weights[start, end)}. Weights are not negative. */
final class RowReductions {
  private RowReductions() {}

  /** Largest weight; 0 if there is none. */
  static float largest(float[] weights, int start, int end) {
    float largest = 0f;
    for (int k = start; k < end; k++) {
      largest = Math.max(largest, weights[k]);
    }
    return largest;
  }

  /** Number of weights of at most {@code threshold}. */
  static int countAtMost(float[] weights, int start, int end, float threshold) {
    int count = 0;
    for (int k = start; k < end; k++) {
      count += weights[k] <= threshold ? 1 : 0;
    }
    return count;
  }

  static double sum(float[] weights, int start, int end) {
    double sum = 0;
    for (int k = start; k < end; k++) {
      sum += weights[k];
    }
    return sum;
  }

  /** {@code sum of w_k |k - centre|}. */
  static double meanDistance(float[] weights, int start, int end, int centre) {
    double sum = 0;
    for (int k = start; k < end; k++) {
      sum += (double) weights[k] * Math.abs(k - centre);
    }
    return sum;
  }

  /** {@code sum of w_k (|k - centre| - mean)^2}. */
  static double squaredDeviations(float[] weights, int start, int end, int centre, double mean) {
    double sum = 0;
    for (int k = start; k < end; k++) {
      double deviation = Math.abs(k - centre) - mean;
      sum += weights[k] * deviation * deviation;
    }
    return sum;
  }

  /** {@code sums[at + k - start] += w_k}. */
  static void addTo(float[] weights, int start, int end, double[] sums, int at) {
    for (int k = start; k < end; k++) {
      sums[at + k - start] += weights[k];
    }
  }
}
