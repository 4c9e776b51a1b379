package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.Set;

/**
 * Qwen 2 and 2.5 (Yang 2024): Llama with biases on q, k and v, and a window in the upper layers.
 */
final class Qwen2 implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("qwen2");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, RotaryDecoder.Defaults.LLAMA);
    UpperLayersWindow window = UpperLayersWindow.read(config, decoder.layers());
    RotaryConfig rotary = Rotary.wholeHeads(config, RopeParameters.read(config), decoder.headDim());
    return decoder.describe(
        "qwen2",
        layer ->
            decoder.preNormBlock(
                layer,
                decoder
                    .attention(layer, Bias.PRESENT, Bias.ABSENT)
                    .withMask(window.mask(layer))
                    .withRotary(rotary),
                decoder.gatedMlp(layer, Bias.ABSENT)));
  }
}
