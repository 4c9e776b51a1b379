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

  /** They stay in the first-level cache from their norms to their sums. */
  private static final int TOKENS_AT_ONCE = 8;

  private final ResidualReductions best = ResidualReductions.best();
  private final ResidualReductions exact = new ScalarResidualReductions();
  private final ResidualReductions.Counts counts = new ResidualReductions.Counts(0);
  private final Median median = new Median(best);
  private float[] values = new float[0]; // [T, d]
  private final double[] scales = new double[TOKENS_AT_ONCE];
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
    int largestBits = 0;
    for (int token = 0; token < tokens; token++) {
      hidden.readRow(token, values, token * width);
      int bits = best.largestAbsolute(values, token * width, width, counts);
      largestBits = Math.max(largestBits, bits);
    }
    float largest = Float.intBitsToFloat(largestBits);
    ResidualReductions reductions = Float.isFinite(largest) ? best : exact;
    double norms = 0;
    double squares = 0;
    for (int first = 0; first < tokens; first += TOKENS_AT_ONCE) {
      Matrix some = hidden.rows(first, Math.min(TOKENS_AT_ONCE, tokens - first));
      for (int token = 0; token < some.rows(); token++) {
        double square = reductions.sumOfSquares(some, token);
        double norm = Math.sqrt(square);
        squares += square;
        norms += norm;
        scales[token] = 1 / norm;
      }
      reductions.add(some, scales, sums, unitSums);
    }
    return new float[] {
      (float) (norms / tokens),
      largest,
      (float) median.of(values, tokens * width, largest),
      (float) rankResidual(tokens, squares),
      (float) meanCosine(tokens)
    };
  }

  private void resize(int tokens, int width) {
    if (sums.length != width) {
      sums = new double[width];
      unitSums = new double[width];
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
