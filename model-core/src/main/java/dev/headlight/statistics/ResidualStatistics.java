package dev.headlight.statistics;

import dev.headlight.tensor.Matrix;
import java.util.Arrays;
import java.util.List;

/**
 * Statistics of the residual stream of one sequence after a block.
 *
 * <p>Massive activations: Sun 2024. Rank collapse: Dong 2021, in the Frobenius norm. Mean cosine,
 * or anisotropy: Ethayarajh 2019, over all pairs of tokens.
 */
final class ResidualStatistics {
  static final List<Statistic> STATISTICS =
      List.of(
          new Statistic("residual_norm", "norm", "Euclidean norm of a token's hidden state"),
          new Statistic("max_abs", "activation", "largest absolute activation"),
          new Statistic("median_abs", "activation", "median absolute activation"),
          new Statistic("rank_residual", "share", "what is left when tokens lose their mean"),
          new Statistic("mean_cosine", "cosine", "cosine of two tokens, over all pairs"));

  private final ResidualReductions reductions = ResidualReductions.best();
  private final Median median = new Median(reductions);
  private float[] values = new float[0]; // [T, d]
  private double[] group = new double[0]; // [ROWS, d]
  private double[] sums = new double[0]; // [d]
  private double[] unitSums = new double[0]; // [d]
  private final double[] scales = new double[ResidualReductions.ROWS];

  /**
   * The statistics of a sequence, in the order of {@link #STATISTICS}.
   *
   * @param hidden {@code [T, d]}
   */
  float[] of(Matrix hidden) {
    int tokens = hidden.rows();
    int width = hidden.columns();
    resize(tokens, width);
    double norms = 0;
    double squares = 0;
    float largest = 0;
    for (int first = 0; first < tokens; first += ResidualReductions.ROWS) {
      for (int row = 0; row < ResidualReductions.ROWS; row++) {
        scales[row] = 0;
        int token = first + row;
        if (token >= tokens) {
          Arrays.fill(group, row * width, (row + 1) * width, 0);
        } else {
          hidden.readRow(token, values, token * width);
          // Math.max keeps a NaN
          float most = reductions.largestAbsolute(values, token * width, width);
          largest = Math.max(largest, most);
          widen(values, token * width, group, row * width, width);
          double square = reductions.sumOfSquares(group, row * width, width);
          double norm = Math.sqrt(square);
          squares += square;
          norms += norm;
          scales[row] = 1 / norm;
        }
      }
      reductions.add(group, width, scales, sums, unitSums);
    }
    return new float[] {
      (float) (norms / tokens),
      largest,
      (float) median.of(values, tokens * width, largest),
      (float) rankResidual(tokens, squares),
      (float) meanCosine(tokens)
    };
  }

  private static void widen(float[] from, int at, double[] to, int start, int count) {
    for (int k = 0; k < count; k++) {
      to[start + k] = from[at + k];
    }
  }

  private void resize(int tokens, int width) {
    if (sums.length != width) {
      sums = new double[width];
      unitSums = new double[width];
      group = new double[ResidualReductions.ROWS * width];
    }
    if (values.length < tokens * width) {
      values = new float[tokens * width];
    }
    Arrays.fill(sums, 0);
    Arrays.fill(unitSums, 0);
  }

  /** {@code |X - 1 mean|_F / |X|_F}, where {@code |X - 1 mean|^2 = |X|^2 - n |mean|^2}. */
  private double rankResidual(int tokens, double squares) {
    if (tokens == 1) {
      return squares > 0 ? 0 : Double.NaN;
    }
    double meanSquare = sumOfSquares(sums) / tokens;
    return Math.sqrt(Math.max(0, squares - meanSquare) / squares);
  }

  /**
   * The sum over all ordered pairs of unit vectors is {@code |sum u|^2}, of which n are pairs of
   * equals.
   */
  private double meanCosine(int tokens) {
    if (tokens == 1) {
      return Double.NaN;
    }
    double all = sumOfSquares(unitSums);
    return (all - tokens) / ((double) tokens * (tokens - 1));
  }

  private static double sumOfSquares(double[] vector) {
    double sum = 0;
    for (double element : vector) {
      sum += element * element;
    }
    return sum;
  }
}
