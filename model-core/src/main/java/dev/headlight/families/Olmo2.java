package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.branchNorm;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.Set;

/**
 * OLMo 2 (OLMo team 2025): norms on what the parts of a block give instead of on what they take,
 * and on whole queries and keys.
 */
final class Olmo2 implements Family {
  private static final RotaryDecoder.Defaults DEFAULTS =
      new RotaryDecoder.Defaults(0, NormConfig.Kind.RMS, 1e-5);

  @Override
  public Set<String> modelTypes() {
    return Set.of("olmo2");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, DEFAULTS);
    LayerTypes.requireUniform(config, false);
    Bias attentionBias = Names.bias(config, "attention_bias", false);
    RotaryConfig rotary = Rotary.wholeHeads(config, RopeParameters.read(config), decoder.headDim());
    return decoder.describe(
        "olmo2",
        layer -> {
          String block = decoder.layerPrefix(layer);
          AttentionConfig attention =
              decoder
                  .attention(layer, attentionBias, attentionBias)
                  .withMask(Names.decoderMask(config))
                  .withQueryKeyNorms(
                      decoder.norm(block + "self_attn.q_norm", decoder.heads() * decoder.headDim()),
                      decoder.norm(
                          block + "self_attn.k_norm", decoder.keyValueHeads() * decoder.headDim()))
                  .withRotary(rotary);
          return BlockConfig.serial(
              branchNorm(attention, decoder.norm(block + "post_attention_layernorm")),
              branchNorm(
                  decoder.gatedMlp(layer, Bias.ABSENT),
                  decoder.norm(block + "post_feedforward_layernorm")));
        });
  }
}
