package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.MaskConfig;

/**
 * The sliding window of Qwen's releases: where {@code use_sliding_window} says so, in the layers
 * from {@code max_window_layers} on, unless {@code layer_types} lists them.
 */
record UpperLayersWindow(ConfigJson config, LayerTypes types, int window) {
  private static final int DEFAULT_WINDOW = 4096;
  private static final int DEFAULT_FIRST_LAYER = 28;

  static UpperLayersWindow read(ConfigJson config, int layers) {
    int window =
        config.flag("use_sliding_window", false) ? Names.window(config, DEFAULT_WINDOW) : 0;
    int first = config.intValue("max_window_layers", DEFAULT_FIRST_LAYER);
    LayerTypes types = LayerTypes.read(config, layers, layer -> window > 0 && layer >= first);
    if (types.anySliding() && window == 0) {
      config.unsupported(
          "layer_types", "layers of type sliding_attention need use_sliding_window and a window");
    }
    return new UpperLayersWindow(config, types, window);
  }

  MaskConfig mask(int layer) {
    return Names.decoderMask(config, types.window(layer, window));
  }
}
