package dev.headlight.config;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Reads the object that says how rotary position embedding is scaled.
 *
 * @param config the whole file
 * @param scaling the object: {@code rope_scaling}, {@code rope_parameters} or its entry of a layer
 *     type
 */
record RopeScalingReader(ConfigJson config, ConfigJson scaling) {
  private static final String ORIGINAL_LENGTH = "original_max_position_embeddings";
  private static final String LENGTH = "max_position_embeddings";

  RopeScaling read() {
    String typeKey = scaling.firstPresent("rope_type", "type");
    String type = scaling.text(typeKey, "default");
    return switch (type) {
      case "default" -> new RopeScaling.Default();
      case "linear" -> new RopeScaling.Linear(factor());
      case "dynamic" -> new RopeScaling.Dynamic(factor(), config.positiveInt(LENGTH));
      // The first Phi-3 files call LongRoPE yarn or su.
      case "yarn" -> scaling.has("short_factor") ? longRope() : yarn();
      case "longrope", "su" -> longRope();
      case "llama3" -> llama3();
      default -> {
        scaling.unsupported(
            typeKey, "expected one of default, linear, dynamic, yarn, longrope, llama3");
        yield new RopeScaling.Default();
      }
    };
  }

  private RopeScaling yarn() {
    double betaFast = orDefaultIfZero("beta_fast", 32);
    double betaSlow = orDefaultIfZero("beta_slow", 1);
    if (betaFast < betaSlow) {
      scaling.unsupported("beta_fast", "expected at least beta_slow, which is " + betaSlow);
    }
    return new RopeScaling.Yarn(
        factorOrRatio(),
        originalLength(),
        betaFast,
        betaSlow,
        scaling.flag("truncate", true),
        new RopeScaling.YarnAttention(
            notZero("attention_factor"), notZero("mscale"), notZero("mscale_all_dim")));
  }

  private RopeScaling longRope() {
    return new RopeScaling.LongRope(
        factorOrRatio(),
        originalLength(),
        factors("short_factor"),
        factors("long_factor"),
        notZero("attention_factor"));
  }

  private RopeScaling llama3() {
    double low = positive(scaling, "low_freq_factor");
    double high = positive(scaling, "high_freq_factor");
    if (high <= low) {
      scaling.unsupported(
          "high_freq_factor", "expected more than low_freq_factor, which is " + low);
    }
    return new RopeScaling.Llama3(factor(), low, high, originalLength());
  }

  private double factor() {
    return positive(scaling, "factor");
  }

  private double factorOrRatio() {
    return scaling.has("factor")
        ? factor()
        : (double) config.positiveInt(LENGTH) / originalLength();
  }

  /** The value at the top level of the file comes first (Phi-3), then that of the object. */
  private int originalLength() {
    if (config.has(ORIGINAL_LENGTH)) {
      return config.positiveInt(ORIGINAL_LENGTH);
    }
    return scaling.has(ORIGINAL_LENGTH)
        ? scaling.positiveInt(ORIGINAL_LENGTH)
        : config.positiveInt(LENGTH);
  }

  private List<Double> factors(String key) {
    List<Double> factors = scaling.decimals(key);
    if (factors.isEmpty() || factors.stream().anyMatch(factor -> factor <= 0)) {
      scaling.unsupported(key, "expected one number above 0 for each rotated pair");
    }
    return factors;
  }

  private OptionalDouble notZero(String key) {
    return scaling.decimal(key, 0) == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(positive(scaling, key));
  }

  private double orDefaultIfZero(String key, double defaultValue) {
    return notZero(key).orElse(defaultValue);
  }

  private static double positive(ConfigJson object, String key) {
    return positive(object, key, object.decimal(key));
  }

  /** A number above 0; if it is none, adds a problem and returns 1. */
  static double positive(ConfigJson object, String key, double defaultValue) {
    double number = object.decimal(key, defaultValue);
    if (number <= 0) {
      object.unsupported(key, "expected a number above 0");
      return 1;
    }
    return number;
  }
}
