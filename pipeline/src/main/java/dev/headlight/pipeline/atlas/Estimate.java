package dev.headlight.pipeline.atlas;

/**
 * The mean of a statistic over a corpus, and how sure it is.
 *
 * @param count sequences it was defined for
 * @param standardDeviation over these; 0 where there is one alone
 */
record Estimate(long count, double mean, double standardDeviation) {
  /** Of the normal distribution: 95 % lie within. */
  private static final double WIDTH = 1.96;

  /** Half the width of the 95 % confidence interval of the mean. */
  double margin() {
    return WIDTH * standardDeviation / Math.sqrt((double) count);
  }

  double low() {
    return mean - margin();
  }

  double high() {
    return mean + margin();
  }
}
