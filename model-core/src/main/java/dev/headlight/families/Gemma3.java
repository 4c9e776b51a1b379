package dev.headlight.families;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.MaskConfig;
import dev.headlight.config.ModelConfig;
import java.util.Set;

/**
 * Gemma 3 without its image part (Gemma team 2025), and EmbeddingGemma, which is the same without
 * the causal mask: Gemma 2 with norms on query and key heads and other rotary bases in layers with
 * a window. Scores are not capped, whatever {@code attn_logit_softcapping} says.
 */
final class Gemma3 implements Family {
  private static final int DEFAULT_WINDOW = 4096;
  private static final int DEFAULT_PATTERN = 6;
  private static final double FULL_THETA = 1_000_000;
  private static final double SLIDING_THETA = 10_000;

  @Override
  public Set<String> modelTypes() {
    return Set.of("gemma3_text");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, RotaryDecoder.Defaults.GEMMA);
    int pattern = config.positiveInt("sliding_window_pattern", DEFAULT_PATTERN);
    LayerTypes types =
        LayerTypes.read(config, decoder.layers(), layer -> (layer + 1) % pattern != 0);
    int window = Names.window(config, DEFAULT_WINDOW);
    types.requireWindow(config, window);
    boolean bidirectional = config.flag("use_bidirectional_attention", false);
    double scale = 1 / Math.sqrt(config.positiveDecimal("query_pre_attn_scalar", 256));
    Bias attentionBias = Names.bias(config, "attention_bias", false);
    return decoder.describe(
        "gemma3",
        decoder.tokens(Math.sqrt(decoder.hiddenSize())),
        layer -> {
          String self = decoder.layerPrefix(layer) + "self_attn.";
          AttentionConfig attention =
              decoder
                  .attention(layer, attentionBias, attentionBias)
                  .withMask(mask(config, types.window(layer, window), bidirectional))
                  .withScale(scale)
                  .withQueryKeyNorms(
                      decoder.norm(self + "q_norm", decoder.headDim()),
                      decoder.norm(self + "k_norm", decoder.headDim()))
                  .withRotary(
                      types.rotary(config, layer, decoder.headDim(), FULL_THETA, SLIDING_THETA));
          return decoder.sandwichNormBlock(
              layer,
              attention,
              decoder.gatedMlp(
                  layer,
                  Bias.ABSENT,
                  Names.activation(config, "hidden_activation", "gelu_pytorch_tanh")));
        },
        bidirectional ? "mean" : "lasttoken");
  }

  /** Without the causal mask a window holds half as many keys to either side. */
  private static MaskConfig mask(ConfigJson config, int window, boolean bidirectional) {
    if (!bidirectional) {
      return Names.decoderMask(config, window);
    }
    if (!config.flag("is_causal", true)) {
      config.unsupported("is_causal", "use_bidirectional_attention already says so");
    }
    if (window == 1) {
      config.unsupported("sliding_window", "a window must reach at least one key to either side");
    }
    return window == 0 ? MaskConfig.BIDIRECTIONAL : MaskConfig.bidirectionalWindow(window / 2);
  }
}
