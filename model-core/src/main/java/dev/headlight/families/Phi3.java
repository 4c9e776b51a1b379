package dev.headlight.families;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.MaskConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.Set;

/**
 * Phi-3 and Phi-4-mini (Abdin 2024): Llama with fused {@code qkv_proj} and {@code gate_up_proj}.
 */
final class Phi3 implements Family {
  private static final RotaryDecoder.Defaults DEFAULTS =
      new RotaryDecoder.Defaults(0, NormConfig.Kind.RMS, 1e-5);

  @Override
  public Set<String> modelTypes() {
    return Set.of("phi3");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, DEFAULTS);
    int window = Names.window(config, 0);
    LayerTypes.requireUniform(config, window > 0);
    MaskConfig mask = Names.decoderMask(config, window);
    RotaryConfig rotary =
        Rotary.partOfHeads(config, RopeParameters.read(config), decoder.headDim());
    return decoder.describe(
        "phi3",
        layer ->
            decoder.preNormBlock(
                layer,
                attention(decoder, layer).withMask(mask).withRotary(rotary),
                feedForward(decoder, layer)));
  }

  private static AttentionConfig attention(RotaryDecoder decoder, int layer) {
    String self = decoder.layerPrefix(layer) + "self_attn.";
    int queryWidth = decoder.heads() * decoder.headDim();
    int keyWidth = decoder.keyValueHeads() * decoder.headDim();
    LinearConfig fused =
        LinearConfig.of(
            "qkv_proj",
            self + "qkv_proj",
            decoder.hiddenSize(),
            queryWidth + 2 * keyWidth,
            Bias.ABSENT);
    return AttentionConfig.groupedQuery(
        decoder.heads(),
        decoder.keyValueHeads(),
        decoder.headDim(),
        new QkvConfig.Fused(fused, QkvConfig.Layout.BLOCKS),
        LinearConfig.of("o_proj", self + "o_proj", queryWidth, decoder.hiddenSize(), Bias.ABSENT));
  }

  private static FeedForwardConfig feedForward(RotaryDecoder decoder, int layer) {
    String mlp = decoder.layerPrefix(layer) + "mlp.";
    int width = decoder.intermediateSize();
    LinearConfig gateUp =
        LinearConfig.of(
            "gate_up_proj", mlp + "gate_up_proj", decoder.hiddenSize(), 2 * width, Bias.ABSENT);
    return FeedForwardConfig.gated(
        gateUp.slice("gate_proj", 0, width),
        gateUp.slice("up_proj", width, width),
        Names.activation(decoder.config(), "hidden_act", "silu"),
        LinearConfig.of("down_proj", mlp + "down_proj", width, decoder.hiddenSize(), Bias.ABSENT));
  }
}
