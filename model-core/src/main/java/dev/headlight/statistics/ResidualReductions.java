package dev.headlight.statistics;

/** Reductions of rows of the residual stream, in double precision. */
final class ResidualReductions {
  private ResidualReductions() {}

  static double sumOfSquares(float[] row, int width) {
    double sum = 0;
    for (int k = 0; k < width; k++) {
      sum += (double) row[k] * row[k];
    }
    return sum;
  }

  static double sumOfSquares(double[] row, int width) {
    double sum = 0;
    for (int k = 0; k < width; k++) {
      sum += row[k] * row[k];
    }
    return sum;
  }

  /** Adds a row to one sum, and the row times a scale to the other. */
  static void addScaled(float[] row, int width, double scale, double[] sums, double[] scaledSums) {
    for (int k = 0; k < width; k++) {
      sums[k] += row[k];
      scaledSums[k] += row[k] * scale;
    }
  }

  static void copyAbsolute(float[] row, int width, float[] absolute, int at) {
    for (int k = 0; k < width; k++) {
      absolute[at + k] = Math.abs(row[k]);
    }
  }
}
