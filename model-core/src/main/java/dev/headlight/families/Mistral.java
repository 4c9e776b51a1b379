package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.MaskConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.Set;

/** Mistral (Jiang 2023): Llama without biases, with a sliding window in every layer. */
final class Mistral implements Family {
  private static final int DEFAULT_WINDOW = 4096;

  @Override
  public Set<String> modelTypes() {
    return Set.of("mistral");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, RotaryDecoder.Defaults.LLAMA);
    int window = Names.window(config, DEFAULT_WINDOW);
    LayerTypes.requireUniform(config, window > 0);
    MaskConfig mask = Names.decoderMask(config, window);
    RotaryConfig rotary = Rotary.wholeHeads(config, RopeParameters.read(config), decoder.headDim());
    return decoder.describe(
        "mistral",
        layer ->
            decoder.preNormBlock(
                layer,
                decoder
                    .attention(layer, Bias.ABSENT, Bias.ABSENT)
                    .withMask(mask)
                    .withRotary(rotary),
                decoder.gatedMlp(layer, Bias.ABSENT)));
  }
}
