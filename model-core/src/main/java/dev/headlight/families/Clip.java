package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.preNorm;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.EmbeddingConfig.LeadingToken;
import dev.headlight.config.EmbeddingConfig.Size;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.MaskConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.StackConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * CLIP (Radford 2021): the text tower, a causal pre-norm encoder, or the vision tower, a ViT with a
 * norm before its first block. Of a checkpoint with both towers it is the text tower.
 */
final class Clip implements Family {
  private static final String TEXT = "clip_text_model";
  private static final String VISION = "clip_vision_model";

  @Override
  public Set<String> modelTypes() {
    return Set.of("clip", TEXT, VISION);
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String type = config.text("model_type", "");
    if (type.equals(VISION)) {
      String prefix = Names.prefix(tensors, "vision_model.", "embeddings.patch_embedding.weight");
      return Tower.read(config, prefix, 768, 12, 3072).vision();
    }
    ConfigJson text = type.equals(TEXT) ? config : textConfig(config);
    String prefix = Names.prefix(tensors, "text_model.", "embeddings.token_embedding.weight");
    return Tower.read(text, prefix, 512, 8, 2048).text();
  }

  /** The settings of the text tower, of which early files have two copies. */
  private static ConfigJson textConfig(ConfigJson config) {
    Optional<ConfigJson> text =
        config.object("text_config_dict").or(() -> config.object("text_config"));
    if (text.isEmpty()) {
      config.unsupported("text_config", "a checkpoint with two towers must describe each");
    }
    return text.orElse(config);
  }

  private record Tower(
      ConfigJson config, String prefix, int width, int heads, int intermediateSize) {

    /** Settings that equal the defaults are left out of files with two towers. */
    static Tower read(
        ConfigJson config, String prefix, int width, int heads, int intermediateSize) {
      return new Tower(
          config,
          prefix,
          config.positiveInt("hidden_size", width),
          config.positiveInt("num_attention_heads", heads),
          config.positiveInt("intermediate_size", intermediateSize));
    }

    ModelConfig text() {
      int positions = config.positiveInt("max_position_embeddings", 77);
      String embeddings = prefix + "embeddings.";
      EmbeddingConfig tokens =
          new EmbeddingConfig.Tokens(
              embeddings + "token_embedding.weight",
              config.positiveInt("vocab_size", 49_408),
              width,
              1.0,
              Names.positionsFromZero(embeddings + "position_embedding.weight", positions),
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      Optional<NormConfig> finalNorm = Optional.of(norm(prefix + "final_layer_norm"));
      return describe(tokens, Names.decoderMask(config), finalNorm, positions, "lasttoken");
    }

    ModelConfig vision() {
      Size image = VisionEncoder.size(config, "image_size");
      Size patch = VisionEncoder.size(config, "patch_size");
      Size grid = VisionEncoder.grid(config, image, patch);
      int channels = config.positiveInt("num_channels", 3);
      String embeddings = prefix + "embeddings.";
      EmbeddingConfig.Patches patches =
          new EmbeddingConfig.Patches(
              channels,
              image,
              patch,
              EmbeddingConfig.PatchOrder.CHANNELS_FIRST,
              Optional.empty(),
              VisionEncoder.patchProjection(
                  embeddings + "patch_embedding", channels, patch, width, Bias.ABSENT),
              Optional.empty(),
              List.of(new LeadingToken(embeddings + "class_embedding", 1, List.of(width))),
              new EmbeddingConfig.PatchPositions(
                  embeddings + "position_embedding.weight",
                  List.of(1 + grid.height() * grid.width(), width),
                  1,
                  EmbeddingConfig.Resizing.NONE),
              Optional.of(norm(prefix + "pre_layrnorm")));
      // post_layernorm is for the class token alone, after the last hidden state
      return describe(
          patches,
          MaskConfig.BIDIRECTIONAL,
          Optional.empty(),
          patches.tokens(image.height(), image.width()),
          "cls");
    }

    private ModelConfig describe(
        EmbeddingConfig embedding,
        MaskConfig mask,
        Optional<NormConfig> finalNorm,
        int maxPositions,
        String pooling) {
      StackConfig stack =
          new StackConfig(
              "self",
              width,
              embedding,
              IntStream.range(0, config.positiveInt("num_hidden_layers", 12))
                  .mapToObj(layer -> block(prefix + "encoder.layers." + layer + ".", mask))
                  .toList(),
              finalNorm,
              maxPositions);
      return new ModelConfig(
          "clip",
          stack,
          Optional.empty(),
          pooling,
          Names.ignoring(
              "logit_scale",
              "(text|visual)_projection\\.weight",
              "(vision_model\\.)?post_layernorm\\..*",
              pooling.equals("cls") ? "text_model\\..*" : "vision_model\\..*"));
    }

    private NormConfig norm(String name) {
      return NormConfig.layer(name, config.decimal("layer_norm_eps", 1e-5), width);
    }

    private BlockConfig block(String layer, MaskConfig mask) {
      String self = layer + "self_attn.";
      AttentionConfig attention =
          AttentionConfig.multiHead(
                  heads,
                  Names.headDim(config, width, heads),
                  new QkvConfig.Separate(
                      BertEncoder.linear("q_proj", self + "q_proj", width, width),
                      BertEncoder.linear("k_proj", self + "k_proj", width, width),
                      BertEncoder.linear("v_proj", self + "v_proj", width, width)),
                  BertEncoder.linear("o_proj", self + "out_proj", width, width))
              .withMask(mask);
      FeedForwardConfig feedForward =
          FeedForwardConfig.plain(
              BertEncoder.linear("up_proj", layer + "mlp.fc1", width, intermediateSize),
              Names.activation(config, "hidden_act", "quick_gelu"),
              BertEncoder.linear("down_proj", layer + "mlp.fc2", intermediateSize, width));
      return BlockConfig.serial(
          preNorm(norm(layer + "layer_norm1"), attention),
          preNorm(norm(layer + "layer_norm2"), feedForward));
    }
  }
}
