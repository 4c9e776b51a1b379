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

  private final Median median = new Median();
  private float[] row = new float[0]; // [d]
  private float[] absolute = new float[0]; // [T * d]
  private double[] sums = new double[0]; // [d]
  private double[] unitSums = new double[0]; // [d]

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
    for (int t = 0; t < tokens; t++) {
      hidden.readRow(t, row, 0);
      double square = ResidualReductions.sumOfSquares(row, width);
      double norm = Math.sqrt(square);
      squares += square;
      norms += norm;
      ResidualReductions.addScaled(row, width, 1 / norm, sums, unitSums);
      ResidualReductions.copyAbsolute(row, width, absolute, t * width);
    }
    float largest = RowReductions.largest(absolute, 0, tokens * width);
    return new float[] {
      (float) (norms / tokens),
      largest,
      (float) median.of(absolute, tokens * width),
      (float) rankResidual(tokens, width, squares),
      (float) meanCosine(tokens, width)
    };
  }

  private void resize(int tokens, int width) {
    if (row.length != width) {
      row = new float[width];
      sums = new double[width];
      unitSums = new double[width];
    }
    if (absolute.length < tokens * width) {
      absolute = new float[tokens * width];
    }
    Arrays.fill(sums, 0);
    Arrays.fill(unitSums, 0);
  }

  /** {@code |X - 1 mean|_F / |X|_F}, where {@code |X - 1 mean|^2 = |X|^2 - n |mean|^2}. */
  private double rankResidual(int tokens, int width, double squares) {
    if (tokens == 1) {
      return squares > 0 ? 0 : Double.NaN;
    }
    double meanSquare = ResidualReductions.sumOfSquares(sums, width) / tokens;
    return Math.sqrt(Math.max(0, squares - meanSquare) / squares);
  }

  /**
   * The sum over all ordered pairs of unit vectors is {@code |sum u|^2}, of which n are pairs of
   * equals.
   */
  private double meanCosine(int tokens, int width) {
    if (tokens == 1) {
      return Double.NaN;
    }
    double all = ResidualReductions.sumOfSquares(unitSums, width);
    return (all - tokens) / ((double) tokens * (tokens - 1));
  }
}
