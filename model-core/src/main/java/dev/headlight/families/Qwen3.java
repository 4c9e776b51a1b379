package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.Set;

/** Qwen 3 (Yang 2025) and its embedding models: Llama with a norm on each query and key head. */
final class Qwen3 implements Family {
  private static final RotaryDecoder.Defaults DEFAULTS =
      new RotaryDecoder.Defaults(128, NormConfig.Kind.RMS, 1e-6);

  @Override
  public Set<String> modelTypes() {
    return Set.of("qwen3");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, DEFAULTS);
    UpperLayersWindow window = UpperLayersWindow.read(config, decoder.layers());
    Bias attentionBias = Names.bias(config, "attention_bias", false);
    RotaryConfig rotary = Rotary.wholeHeads(config, RopeParameters.read(config), decoder.headDim());
    return decoder.describe(
        "qwen3",
        layer -> {
          String self = decoder.layerPrefix(layer) + "self_attn.";
          return decoder.preNormBlock(
              layer,
              decoder
                  .attention(layer, attentionBias, attentionBias)
                  .withMask(window.mask(layer))
                  .withQueryKeyNorms(
                      decoder.norm(self + "q_norm", decoder.headDim()),
                      decoder.norm(self + "k_norm", decoder.headDim()))
                  .withRotary(rotary),
              decoder.gatedMlp(layer, Bias.ABSENT));
        });
  }
}
