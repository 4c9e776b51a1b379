package dev.headlight.statistics;

/** Sums of {@code x ln x}, with {@code 0 ln 0 = 0}. */
final class Logarithms {
  private Logarithms() {}

  static double sumOfXLogX(float[] values, int at, int count) {
    double sum = 0;
    for (int k = at; k < at + count; k++) {
      sum += xLogX(values[k]);
    }
    return sum;
  }

  /** The same of the means of two ranges, element by element. */
  static double sumOfMeanLogMean(float[] values, int left, int right, int count) {
    double sum = 0;
    for (int k = 0; k < count; k++) {
      sum += xLogX(0.5 * ((double) values[left + k] + values[right + k]));
    }
    return sum;
  }

  private static double xLogX(double x) {
    return x > 0 ? x * Math.log(x) : 0;
  }
}
