package dev.headlight.config;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How rotary position embedding is stretched beyond the lengths of the first training: the values
 * of the configuration, with defaults and alternative spellings resolved. What they do to the
 * frequencies is in the papers named.
 */
public sealed interface RopeScaling {
  /** Rotary position embedding as it was published (Su et al. 2021, arXiv:2104.09864). */
  record Default() implements RopeScaling {}

  /**
   * All frequencies divided by a factor (Chen et al. 2023, arXiv:2306.15595).
   *
   * @param factor above 0
   */
  record Linear(double factor) implements RopeScaling {}

  /**
   * The base grows with the sequence beyond a length (dynamic NTK).
   *
   * @param factor above 0
   * @param maxPositionEmbeddings tokens up to which nothing is scaled
   */
  record Dynamic(double factor, int maxPositionEmbeddings) implements RopeScaling {}

  /**
   * YaRN (Peng et al. 2023, arXiv:2309.00071).
   *
   * @param factor above 0; the ratio of the two lengths where the file does not give one
   * @param originalMaxPositionEmbeddings tokens of the first training
   * @param betaFast rotations above which a frequency is kept (32 by default)
   * @param betaSlow rotations below which a frequency is divided by the factor (1 by default)
   * @param truncate whether the bounds of the ramp are rounded to whole dimensions (by default they
   *     are)
   * @param attention what cosine and sine are multiplied with
   */
  record Yarn(
      double factor,
      int originalMaxPositionEmbeddings,
      double betaFast,
      double betaSlow,
      boolean truncate,
      YarnAttention attention)
      implements RopeScaling {}

  /**
   * The values from which YaRN's attention factor follows: itself if given, else mscale and
   * mscale_all_dim if both are given, else the paper's formula of the factor. Zero in the file
   * counts as not given.
   */
  record YarnAttention(
      OptionalDouble attentionFactor, OptionalDouble mscale, OptionalDouble mscaleAllDim) {}

  /**
   * LongRoPE (Ding et al. 2024, arXiv:2402.13753).
   *
   * @param factor above 0; {@code max_position_embeddings} by the original number where the file
   *     does not give one
   * @param originalMaxPositionEmbeddings tokens up to which the short factors apply
   * @param shortFactor one for each rotated pair, above 0
   * @param longFactor one for each rotated pair, above 0
   * @param attentionFactor what cosine and sine are multiplied with; follows from the two numbers
   *     above if empty
   */
  record LongRope(
      double factor,
      int originalMaxPositionEmbeddings,
      List<Double> shortFactor,
      List<Double> longFactor,
      OptionalDouble attentionFactor)
      implements RopeScaling {
    public LongRope {
      shortFactor = List.copyOf(shortFactor);
      longFactor = List.copyOf(longFactor);
    }
  }

  /**
   * Llama 3.1: low frequencies divided by the factor, high ones kept, those between interpolated.
   *
   * @param factor above 0
   * @param highFreqFactor above {@code lowFreqFactor}
   * @param originalMaxPositionEmbeddings tokens of the first training
   */
  record Llama3(
      double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositionEmbeddings)
      implements RopeScaling {}
}
