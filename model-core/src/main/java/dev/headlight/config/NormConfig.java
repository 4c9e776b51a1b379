package dev.headlight.config;

import java.util.Optional;

/**
 * A normalisation over the last axis.
 *
 * @param weight full name of the gain; absent for a norm without parameters (gain 1)
 * @param bias full name of the bias, if there is one
 * @param epsilon added to the variance
 * @param width length of the gain
 */
public record NormConfig(
    Kind kind, Optional<String> weight, Optional<String> bias, double epsilon, int width) {

  /** Kinds of normalisation. */
  public enum Kind {
    /** Mean and variance (Ba 2016). */
    LAYER,
    /** Root mean square (Zhang and Sennrich 2019); Llama, T5. */
    RMS,
    /** Root mean square with gain {@code 1 + weight}; Gemma. */
    RMS_UNIT_OFFSET
  }

  /** Layer norm {@code prefix.weight}, {@code prefix.bias}. */
  public static NormConfig layer(String prefix, double epsilon, int width) {
    return new NormConfig(
        Kind.LAYER, Optional.of(prefix + ".weight"), Optional.of(prefix + ".bias"), epsilon, width);
  }

  /** Layer norm with a gain only. */
  public static NormConfig layerWithoutBias(String prefix, double epsilon, int width) {
    return new NormConfig(
        Kind.LAYER, Optional.of(prefix + ".weight"), Optional.empty(), epsilon, width);
  }

  /** Root mean square norm {@code prefix.weight}. */
  public static NormConfig rms(String prefix, double epsilon, int width) {
    return new NormConfig(
        Kind.RMS, Optional.of(prefix + ".weight"), Optional.empty(), epsilon, width);
  }

  /** Root mean square norm with gain {@code 1 + weight}. */
  public static NormConfig rmsUnitOffset(String prefix, double epsilon, int width) {
    return new NormConfig(
        Kind.RMS_UNIT_OFFSET, Optional.of(prefix + ".weight"), Optional.empty(), epsilon, width);
  }
}
