package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which layers see the whole sequence and which a window of it, as {@code layer_types} of
 * transformers 5 lists them, or as a rule says for the files of earlier releases.
 *
 * @param sliding one entry per layer
 */
record LayerTypes(List<Boolean> sliding) {
  private static final String KEY = "layer_types";
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  LayerTypes {
    sliding = List.copyOf(sliding);
  }

  /**
   * Reads the types.
   *
   * @param slidingIfSilent which layers have a window where the file does not list types
   */
  static LayerTypes read(ConfigJson config, int layers, IntPredicate slidingIfSilent) {
    List<String> types = config.texts(KEY);
    if (types.isEmpty()) {
      return new LayerTypes(IntStream.range(0, layers).mapToObj(slidingIfSilent::test).toList());
    }
    if (types.size() != layers) {
      config.unsupported(
          KEY, "expected one entry for each of " + layers + " layers, found " + types.size());
    }
    for (String type : types) {
      if (!Set.of(FULL, SLIDING).contains(type)) {
        config.unsupported(KEY, "'" + type + "' is not implemented");
      }
    }
    return new LayerTypes(
        IntStream.range(0, layers)
            .mapToObj(layer -> layer < types.size() && types.get(layer).equals(SLIDING))
            .toList());
  }

  /** Reports layers of another type in a family whose layers are all of one type. */
  static void requireUniform(ConfigJson config, boolean sliding) {
    String expected = sliding ? SLIDING : FULL;
    if (!config.texts(KEY).stream().allMatch(expected::equals)) {
      config.unsupported(KEY, "all layers of this kind of model are of type " + expected);
    }
  }

  boolean isSliding(int layer) {
    return sliding.get(layer);
  }

  /** The name that {@code rope_parameters} has for the type of a layer. */
  String name(int layer) {
    return isSliding(layer) ? SLIDING : FULL;
  }

  /** The window of a layer: {@code window} where it is sliding, else 0 for none. */
  int window(int layer, int window) {
    return isSliding(layer) ? window : 0;
  }

  /** Reports layers with a window where the file has none, which is 0. */
  void requireWindow(ConfigJson config, int window) {
    if (anySliding() && window == 0) {
      config.unsupported("sliding_window", "layers of type sliding_attention need a window");
    }
  }

  /** Whether any layer has a window. */
  boolean anySliding() {
    return sliding.contains(true);
  }

  /** Rotary embedding of a layer, whose parameters may depend on its type. */
  RotaryConfig rotary(
      ConfigJson config, int layer, int headDim, double fullTheta, double slidingTheta) {
    double theta = isSliding(layer) ? slidingTheta : fullTheta;
    return Rotary.wholeHeads(
        config,
        RopeParameters.read(config, name(layer), new RopeParameters.Defaults(theta, 1)),
        headDim);
  }
}
