package dev.headlight.families;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.Set;

/**
 * Gemma 2 (Gemma team 2024): Gemma with norms before and after each part of a block, soft-capped
 * scores, and a window in every other layer.
 */
final class Gemma2 implements Family {
  private static final int DEFAULT_WINDOW = 4096;
  private static final double DEFAULT_SOFT_CAP = 50;

  @Override
  public Set<String> modelTypes() {
    return Set.of("gemma2");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, RotaryDecoder.Defaults.GEMMA);
    Names.refuseBidirectional(config);
    LayerTypes types = LayerTypes.read(config, decoder.layers(), layer -> layer % 2 == 0);
    int window = Names.window(config, DEFAULT_WINDOW);
    types.requireWindow(config, window);
    double softCap = softCap(config);
    double scale = 1 / Math.sqrt(config.positiveDecimal("query_pre_attn_scalar", 256));
    Bias attentionBias = Names.bias(config, "attention_bias", false);
    RotaryConfig rotary = Rotary.wholeHeads(config, RopeParameters.read(config), decoder.headDim());
    return decoder.describe(
        "gemma2",
        decoder.tokens(Math.sqrt(decoder.hiddenSize())),
        layer -> {
          AttentionConfig attention =
              decoder
                  .attention(layer, attentionBias, attentionBias)
                  .withMask(Names.decoderMask(config, types.window(layer, window)))
                  .withScale(scale)
                  .withSoftCap(softCap)
                  .withRotary(rotary);
          return decoder.sandwichNormBlock(
              layer,
              attention,
              decoder.gatedMlp(
                  layer,
                  Bias.ABSENT,
                  Names.activation(config, "hidden_activation", "gelu_pytorch_tanh")));
        },
        "lasttoken");
  }

  private static double softCap(ConfigJson config) {
    String key = "attn_logit_softcapping";
    if (config.declares(key) && !config.has(key)) {
      return 0;
    }
    return config.positiveDecimal(key, DEFAULT_SOFT_CAP);
  }
}
