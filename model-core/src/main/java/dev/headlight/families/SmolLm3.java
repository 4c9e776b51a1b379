package dev.headlight.families;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.List;
import java.util.Set;

/** SmolLM 3 (Bakouch 2025): Llama, in which every fourth layer has no positions at all (NoPE). */
final class SmolLm3 implements Family {
  private static final double THETA = 2_000_000;
  private static final int INTERVAL = 4;

  @Override
  public Set<String> modelTypes() {
    return Set.of("smollm3");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, RotaryDecoder.Defaults.LLAMA);
    Bias attentionBias = Names.bias(config, "attention_bias", false);
    Bias mlpBias = Names.bias(config, "mlp_bias", false);
    boolean[] rotary = rotary(config, decoder.layers());
    int window =
        config.flag("use_sliding_window", false) && config.has("sliding_window")
            ? config.positiveInt("sliding_window")
            : 0;
    LayerTypes types =
        LayerTypes.read(config, decoder.layers(), layer -> window > 0 && !rotary[layer]);
    RotaryConfig positions =
        Rotary.wholeHeads(
            config,
            RopeParameters.read(config, new RopeParameters.Defaults(THETA, 1)),
            decoder.headDim());
    return decoder.describe(
        "smollm3",
        layer -> {
          AttentionConfig attention =
              decoder
                  .attention(layer, attentionBias, attentionBias)
                  .withMask(Names.decoderMask(config, types.window(layer, window)));
          return decoder.preNormBlock(
              layer,
              rotary[layer] ? attention.withRotary(positions) : attention,
              decoder.gatedMlp(layer, mlpBias));
        });
  }

  /** Which layers rotate queries and keys. */
  private static boolean[] rotary(ConfigJson config, int layers) {
    List<Double> rotates = config.decimals("no_rope_layers");
    int interval = config.positiveInt("no_rope_layer_interval", INTERVAL);
    if (!rotates.isEmpty() && rotates.size() != layers) {
      config.unsupported(
          "no_rope_layers",
          "expected one entry for each of %d layers, found %d".formatted(layers, rotates.size()));
      rotates = List.of();
    }
    boolean[] rotary = new boolean[layers];
    for (int layer = 0; layer < rotary.length; layer++) {
      rotary[layer] = rotates.isEmpty() ? (layer + 1) % interval != 0 : rotates.get(layer) != 0;
    }
    return rotary;
  }
}
