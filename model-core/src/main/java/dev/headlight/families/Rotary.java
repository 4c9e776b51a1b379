package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RopeScaling;
import dev.headlight.config.RotaryConfig;

/** Rotary embedding of a family's heads, with what does not fit them reported. */
final class Rotary {
  private Rotary() {}

  /** Rotates whole heads, the only form that most families have. */
  static RotaryConfig wholeHeads(ConfigJson config, RopeParameters parameters, int headDim) {
    if (parameters.partialRotaryFactor() != 1) {
      config.problem(
          "partial_rotary_factor is %s: this kind of model rotates whole heads"
              .formatted(parameters.partialRotaryFactor()));
    }
    return of(config, parameters, headDim, headDim);
  }

  /** Rotates the leading part of each head that the configuration names. */
  static RotaryConfig partOfHeads(ConfigJson config, RopeParameters parameters, int headDim) {
    return of(config, parameters, headDim, (int) (headDim * parameters.partialRotaryFactor()));
  }

  private static RotaryConfig of(
      ConfigJson config, RopeParameters parameters, int headDim, int rotaryDim) {
    RotaryConfig rotary = new RotaryConfig(parameters, rotaryDim);
    if (2 * rotary.pairs() > headDim) {
      config.problem(
          "heads of width %d cannot be rotated: the width must be even".formatted(headDim));
    }
    if (parameters.scaling() instanceof RopeScaling.LongRope longRope) {
      requireFactors(config, "short_factor", longRope.shortFactor().size(), rotary.pairs());
      requireFactors(config, "long_factor", longRope.longFactor().size(), rotary.pairs());
    }
    return rotary;
  }

  private static void requireFactors(ConfigJson config, String key, int found, int expected) {
    if (found != expected) {
      config.problem(
          "%s: expected %d numbers, one for each rotated pair, found %d"
              .formatted(key, expected, found));
    }
  }
}
