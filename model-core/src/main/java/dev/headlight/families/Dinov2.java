package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.preNorm;

import dev.headlight.config.Activation;
import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig.LeadingToken;
import dev.headlight.config.EmbeddingConfig.Resizing;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * DINOv2 (Oquab 2023), also with registers (Darcet 2023): ViT with LayerScale, for images of any
 * size.
 */
final class Dinov2 implements Family {
  private static final String WITH_REGISTERS = "dinov2_with_registers";

  @Override
  public Set<String> modelTypes() {
    return Set.of("dinov2", WITH_REGISTERS);
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    boolean registers = config.text("model_type", "").equals(WITH_REGISTERS);
    VisionEncoder encoder =
        VisionEncoder.read(config, tensors, registers ? WITH_REGISTERS + "." : "dinov2.", 1e-6);
    List<LeadingToken> leading = new ArrayList<>();
    leading.add(encoder.token("cls_token", 1));
    if (registers) {
      leading.add(encoder.token("register_tokens", config.positiveInt("num_register_tokens", 4)));
    }
    Resizing resizing = registers ? Resizing.BICUBIC_ANTIALIASED : Resizing.BICUBIC;
    return encoder.describe(
        "dinov2", encoder.patches(leading, 1, resizing), layer -> block(encoder, layer));
  }

  private static BlockConfig block(VisionEncoder encoder, String layer) {
    AttentionConfig attention =
        encoder.attention(layer).withOutputScale(layer + "layer_scale1.lambda1");
    return BlockConfig.serial(
        preNorm(encoder.norm(layer + "norm1"), attention),
        preNorm(encoder.norm(layer + "norm2"), feedForward(encoder, layer)));
  }

  private static FeedForwardConfig feedForward(VisionEncoder encoder, String layer) {
    ConfigJson config = encoder.config();
    int width = encoder.hiddenSize();
    int stretched = (int) (width * config.positiveDecimal("mlp_ratio", 4));
    String scale = layer + "layer_scale2.lambda1";
    if (!config.flag("use_swiglu_ffn", false)) {
      return FeedForwardConfig.plain(
          BertEncoder.linear("up_proj", layer + "mlp.fc1", width, stretched),
          Names.activation(config, "hidden_act", "gelu"),
          BertEncoder.linear("down_proj", layer + "mlp.fc2", stretched, width)
              .withOutputScale(scale));
    }
    // two thirds of the width of a plain MLP, in multiples of 8
    int gated = ((int) (stretched * 2.0 / 3) + 7) / 8 * 8;
    LinearConfig gateUp =
        BertEncoder.linear("gate_up_proj", layer + "mlp.weights_in", width, 2 * gated);
    return FeedForwardConfig.gated(
        gateUp.slice("gate_proj", 0, gated),
        gateUp.slice("up_proj", gated, gated),
        Activation.SILU,
        BertEncoder.linear("down_proj", layer + "mlp.weights_out", gated, width)
            .withOutputScale(scale));
  }
}
