package dev.headlight.families;

import dev.headlight.config.Activation;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import java.util.Set;

/** Gemma (Gemma team 2024): Llama with scaled embeddings and norms with gain {@code 1 + weight}. */
final class Gemma implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("gemma");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    RotaryDecoder decoder = RotaryDecoder.read(config, tensors, RotaryDecoder.Defaults.GEMMA);
    Names.refuseBidirectional(config);
    LayerTypes.requireUniform(config, false);
    Bias attentionBias = Names.bias(config, "attention_bias", false);
    Activation activation = activation(config);
    RotaryConfig rotary = Rotary.wholeHeads(config, RopeParameters.read(config), decoder.headDim());
    return decoder.describe(
        "gemma",
        decoder.tokens(Math.sqrt(decoder.hiddenSize())),
        layer ->
            decoder.preNormBlock(
                layer,
                decoder
                    .attention(layer, attentionBias, attentionBias)
                    .withMask(Names.decoderMask(config))
                    .withRotary(rotary),
                decoder.gatedMlp(layer, Bias.ABSENT, activation)),
        "lasttoken");
  }

  /** The first files say gelu and mean its tanh approximation, with which the model was trained. */
  private static Activation activation(ConfigJson config) {
    Activation named =
        Names.activation(
            config, config.firstPresent("hidden_act", "hidden_activation"), "gelu_pytorch_tanh");
    return named == Activation.GELU ? Activation.GELU_TANH : named;
  }
}
