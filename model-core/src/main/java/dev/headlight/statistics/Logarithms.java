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

  /** The same of the means of two ranges at the same place, element by element. */
  static double sumOfMeanLogMean(float[] left, float[] right, int at, int count) {
    double sum = 0;
    for (int k = at; k < at + count; k++) {
      sum += xLogX(0.5 * ((double) left[k] + right[k]));
    }
    return sum;
  }

  private static double xLogX(double x) {
    return x > 0 ? x * Math.log(x) : 0;
  }
}
