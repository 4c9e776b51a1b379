package dev.headlight.config;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rotary position embedding as a configuration file gives it, in the form of transformers 5 ({@code
 * rope_parameters}, one for all layers or one for each layer type) or of earlier releases ({@code
 * rope_theta}, {@code rope_scaling}, {@code rotary_pct} and so on).
 *
 * @param theta the base of the frequencies, above 0
 * @param partialRotaryFactor the part of each head that is rotated, above 0 and at most 1
 */
public record RopeParameters(double theta, double partialRotaryFactor, RopeScaling scaling) {
  private static final String NEW_FORM = "rope_parameters";
  private static final String OLD_FORM = "rope_scaling";
  private static final String SLIDING = "sliding_attention";

  /** What a family assumes where the file is silent. */
  public record Defaults(double theta, double partialRotaryFactor) {
    /** Base 10,000 and whole heads, as most families. */
    public static final Defaults COMMON = new Defaults(10_000, 1);
  }

  /**
   * The parameters of a model whose layers all have the same. Problems are added to the
   * configuration's.
   */
  public static RopeParameters read(ConfigJson config) {
    return read(config, Defaults.COMMON);
  }

  public static RopeParameters read(ConfigJson config, Defaults defaults) {
    Optional<ConfigJson> parameters = config.object(NEW_FORM);
    if (parameters.isPresent() && isByLayerType(parameters.get())) {
      return sameForAllTypes(config, parameters.get(), defaults);
    }
    return flat(config, parameters, defaults);
  }

  /**
   * The parameters of the layers of one type in a model that may have others for other types. Files
   * of earlier releases give the base of the layers of type sliding_attention as {@code
   * local_rope_theta} (ModernBERT) or {@code rope_local_base_freq} (Gemma 3), of the others as
   * {@code global_rope_theta} or {@code rope_theta}; Gemma 3 scales only the others.
   *
   * @param layerType as in {@code layer_types}: full_attention, sliding_attention
   */
  public static RopeParameters read(ConfigJson config, String layerType) {
    return read(config, layerType, Defaults.COMMON);
  }

  public static RopeParameters read(ConfigJson config, String layerType, Defaults defaults) {
    Optional<ConfigJson> parameters = config.object(NEW_FORM);
    if (parameters.isPresent()) {
      return isByLayerType(parameters.get())
          ? of(config, parameters.get().object(layerType), defaults, "rope_theta")
          : flat(config, parameters, defaults);
    }
    Optional<ConfigJson> scaling = config.object(OLD_FORM);
    if (!layerType.equals(SLIDING)) {
      return of(config, scaling, defaults, "global_rope_theta", "rope_theta");
    }
    Optional<ConfigJson> scalingOfSliding =
        scaling.filter(present -> config.has("local_rope_theta"));
    return of(config, scalingOfSliding, defaults, "local_rope_theta", "rope_local_base_freq");
  }

  private static RopeParameters flat(
      ConfigJson config, Optional<ConfigJson> parameters, Defaults defaults) {
    Optional<ConfigJson> scaling = parameters.or(() -> config.object(OLD_FORM));
    return of(config, scaling, defaults, "rope_theta", "rotary_emb_base");
  }

  private static boolean isByLayerType(ConfigJson parameters) {
    return parameters.keys().stream().anyMatch(parameters::isObject);
  }

  private static RopeParameters sameForAllTypes(
      ConfigJson config, ConfigJson byType, Defaults defaults) {
    Set<RopeParameters> found =
        byType.keys().stream()
            .map(type -> of(config, byType.object(type), defaults, "rope_theta"))
            .collect(Collectors.toSet());
    if (found.size() > 1) {
      config.unsupported(
          NEW_FORM,
          "layer types %s with different parameters are not implemented for this kind of model"
              .formatted(byType.keys()));
    }
    return found.iterator().next();
  }

  /**
   * @param scaling the object with the parameters, if there is one; its values come before those of
   *     the file's top level
   * @param thetaKeys top-level keys of the base, first one first
   */
  private static RopeParameters of(
      ConfigJson config, Optional<ConfigJson> scaling, Defaults defaults, String... thetaKeys) {
    ConfigJson theta = scaling.filter(present -> present.has("rope_theta")).orElse(config);
    String thetaKey = theta == config ? config.firstPresent(thetaKeys[0], thetaKeys) : "rope_theta";
    ConfigJson partial =
        scaling.filter(present -> present.has("partial_rotary_factor")).orElse(config);
    String partialKey =
        partial.firstPresent("partial_rotary_factor", "rotary_pct", "rotary_emb_fraction");
    double part = RopeScalingReader.positive(partial, partialKey, defaults.partialRotaryFactor());
    if (part > 1) {
      partial.unsupported(partialKey, "expected a part of the head, above 0 and at most 1");
      part = 1;
    }
    return new RopeParameters(
        RopeScalingReader.positive(theta, thetaKey, defaults.theta()),
        part,
        scaling
            .map(present -> new RopeScalingReader(config, present).read())
            .orElseGet(RopeScaling.Default::new));
  }
}
