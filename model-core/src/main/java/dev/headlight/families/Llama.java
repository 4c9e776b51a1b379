package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.Set;

/**
 * Llama (Touvron 2023): pre-norm decoder with rotary positions, grouped-query attention and a gated
 * MLP.
 */
final class Llama implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("llama");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    Bias attentionBias = Names.bias(config, "attention_bias", false);
    Bias mlpBias = Names.bias(config, "mlp_bias", false);
    LayerTypes.requireUniform(config, false);
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, RotaryDecoder.Defaults.LLAMA);
    RotaryConfig rotary = Rotary.wholeHeads(config, RopeParameters.read(config), decoder.headDim());
    return decoder.describe(
        "llama",
        layer ->
            decoder.preNormBlock(
                layer,
                decoder
                    .attention(layer, attentionBias, attentionBias)
                    .withMask(Names.decoderMask(config))
                    .withRotary(rotary),
                decoder.gatedMlp(layer, mlpBias)));
  }
}
