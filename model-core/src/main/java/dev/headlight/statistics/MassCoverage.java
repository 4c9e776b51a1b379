package dev.headlight.statistics;

import java.util.Arrays;

/** Counts how many of the largest weights of a row hold a share of its weight. */
final class MassCoverage {
  private final double share;
  private float[] sorted = new float[0];

  MassCoverage(double share) {
    this.share = share;
  }

  /**
   * The smallest k for which the k largest weights sum to the share or more, in double precision,
   * largest first; all of them if they never do.
   */
  int keys(float[] weights, int start, int end) {
    int visible = end - start;
    if (sorted.length < visible) {
      sorted = new float[Math.max(visible, 2 * sorted.length)];
    }
    System.arraycopy(weights, start, sorted, 0, visible);
    Arrays.sort(sorted, 0, visible);
    double sum = 0;
    for (int k = 1; k <= visible; k++) {
      sum += sorted[visible - k];
      if (sum >= share) {
        return k;
      }
    }
    return visible;
  }
}
