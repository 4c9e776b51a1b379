package dev.headlight.pipeline.summary;

/**
 * Count, mean, sum of squared differences from the mean (m2), least and largest value, in one pass
 * and in double precision. Two of them merge to what one would have become (Chan, Golub and LeVeque
 * 1979), up to rounding.
 */
final class Moments {
  private long count;
  private double mean;
  private double m2;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  Moments() {}

  /** Moments that were found before. */
  Moments(long count, double mean, double m2, double min, double max) {
    this.count = count;
    this.mean = mean;
    this.m2 = m2;
    this.min = min;
    this.max = max;
  }

  void add(double value) {
    count++;
    double before = value - mean;
    mean += before / count;
    m2 += before * (value - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }

  void merge(Moments other) {
    if (other.count == 0) {
      return;
    }
    long total = count + other.count;
    double difference = other.mean - mean;
    double share = (double) other.count / total;
    m2 += other.m2 + difference * difference * count * share;
    mean += difference * share;
    count = total;
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
  }

  long count() {
    return count;
  }

  double mean() {
    return mean;
  }

  double m2() {
    return m2;
  }

  double min() {
    return min;
  }

  double max() {
    return max;
  }

  /** Of the sample, with count - 1; null for fewer than two values. */
  Double standardDeviation() {
    return count < 2 ? null : (Double) Math.sqrt(m2 / (count - 1));
  }
}
