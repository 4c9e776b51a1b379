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

  /** They stay in the first-level cache from the first look at them to their sums. */
  private static final int TOKENS_AT_ONCE = 4;

  private final ResidualReductions best = ResidualReductions.best();
  private final ResidualReductions exact = new ScalarResidualReductions();
  private final ResidualReductions.Counts survey = new ResidualReductions.Counts(0);
  private final ResidualReductions.Counts some = new ResidualReductions.Counts(0);
  private final Median median = new Median(best);
  private float[] values = new float[0]; // [T, d]
  private final double[] scales = new double[TOKENS_AT_ONCE];
  private double[] sums = new double[0]; // [d]
  private double[] unitSums = new double[0]; // [d]
  private double norms;
  private double squares;

  /**
   * The statistics of a sequence, in the order of {@link #STATISTICS}.
   *
   * @param hidden {@code [T, d]}
   */
  float[] of(Matrix hidden) {
    int tokens = hidden.rows();
    int width = hidden.columns();
    resize(tokens, width);
    survey.clear();
    clearSums();
    for (int first = 0; first < tokens; first += TOKENS_AT_ONCE) {
      Matrix next = from(hidden, first);
      survey(next, first * width);
      add(next, best);
    }
    if (!Float.isFinite(Float.intBitsToFloat(survey.largest))) {
      clearSums();
      for (int first = 0; first < tokens; first += TOKENS_AT_ONCE) {
        add(from(hidden, first), exact);
      }
    }
    return new float[] {
      (float) (norms / tokens),
      Float.intBitsToFloat(survey.largest),
      (float) median.of(values, tokens * width, survey),
      (float) rankResidual(tokens),
      (float) meanCosine(tokens)
    };
  }

  private static Matrix from(Matrix hidden, int first) {
    return hidden.rows(first, Math.min(TOKENS_AT_ONCE, hidden.rows() - first));
  }

  /** Copies some tokens, and takes the first look at them. */
  private void survey(Matrix hidden, int at) {
    int width = hidden.columns();
    for (int token = 0; token < hidden.rows(); token++) {
      hidden.readRow(token, values, at + token * width);
    }
    int end = at + hidden.rows() * width;
    best.survey(values, at, end, median.firstLow(), median.firstHigh(), some);
    survey.add(some);
  }

  private void add(Matrix hidden, ResidualReductions reductions) {
    reductions.squares(hidden, scales);
    for (int token = 0; token < hidden.rows(); token++) {
      double norm = Math.sqrt(scales[token]);
      squares += scales[token];
      norms += norm;
      scales[token] = 1 / norm;
    }
    reductions.add(hidden, scales, sums, unitSums);
  }

  private void resize(int tokens, int width) {
    if (sums.length != width) {
      sums = new double[width];
      unitSums = new double[width];
    }
    if (values.length < tokens * width) {
      values = new float[tokens * width];
    }
  }

  private void clearSums() {
    Arrays.fill(sums, 0);
    Arrays.fill(unitSums, 0);
    norms = 0;
    squares = 0;
  }

  /** {@code |X - 1 mean|_F / |X|_F}, where {@code |X - 1 mean|^2 = |X|^2 - n |mean|^2}. */
  private double rankResidual(int tokens) {
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
