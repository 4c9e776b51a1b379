package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.MaskConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.RopeParameters;
import java.util.Optional;
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
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors);
    return decoder.describe(
        "llama",
        layer ->
            decoder.preNormBlock(
                layer,
                decoder
                    .attention(layer, attentionBias, attentionBias)
                    .withMask(MaskConfig.CAUSAL)
                    .withRotary(decoder.rotary(RopeParameters.read(config))),
                decoder.gatedMlp(layer, mlpBias)),
        Optional.of(decoder.rms(decoder.prefix() + "norm")));
  }
}
