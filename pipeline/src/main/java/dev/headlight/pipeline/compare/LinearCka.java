package dev.headlight.pipeline.compare;

/**
 * Linear centred kernel alignment of two sets of vectors of the same things (Kornblith et al. 2019,
 * arXiv 1905.00414): {@code |Y^T X|^2 / (|X^T X| |Y^T Y|)} with Frobenius norms and centred
 * columns. 1 for vectors that differ by rotation and scale only; widths may differ. Computed by the
 * n x n Gram matrices, which give the same.
 */
final class LinearCka {
  private LinearCka() {}

  /** Of X {@code [n][d]} and Y {@code [n][e]}; NaN if all vectors of one are the same. */
  static double of(double[][] x, double[][] y) {
    double[][] k = gram(x);
    double[][] l = gram(y);
    return product(k, l) / Math.sqrt(product(k, k) * product(l, l));
  }

  private static double[][] gram(double[][] rows) {
    center(rows);
    int n = rows.length;
    double[][] gram = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int c = 0; c < rows[i].length; c++) {
          sum += rows[i][c] * rows[j][c];
        }
        gram[i][j] = sum;
        gram[j][i] = sum;
      }
    }
    return gram;
  }

  private static void center(double[][] rows) {
    for (int c = 0; c < rows[0].length; c++) {
      double mean = 0;
      for (double[] row : rows) {
        mean += row[c] / rows.length;
      }
      for (double[] row : rows) {
        row[c] -= mean;
      }
    }
  }

  private static double product(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        sum += a[i][j] * b[i][j];
      }
    }
    return sum;
  }
}
