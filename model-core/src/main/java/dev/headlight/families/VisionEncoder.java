package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.preNorm;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.EmbeddingConfig.LeadingToken;
import dev.headlight.config.EmbeddingConfig.Resizing;
import dev.headlight.config.EmbeddingConfig.Size;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.StackConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Names and numbers that vision transformers share: {@code
 * encoder.layer.N.attention.attention.query} and so on. What sets a family apart stands in its own
 * file.
 */
record VisionEncoder(ConfigJson config, String prefix, int hiddenSize, double epsilon) {

  static VisionEncoder read(
      ConfigJson config, Set<String> tensors, String headPrefix, double defaultEpsilon) {
    return new VisionEncoder(
        config,
        Names.prefix(tensors, headPrefix, "embeddings.cls_token"),
        config.positiveInt("hidden_size"),
        config.decimal("layer_norm_eps", defaultEpsilon));
  }

  /** A learned token of the embeddings, {@code [1, count, d]}. */
  LeadingToken token(String name, int count) {
    return new LeadingToken(prefix + "embeddings." + name, count, List.of(1, count, hiddenSize));
  }

  /**
   * Patches with their positions.
   *
   * @param tokensWithPosition how many of the leading tokens have a row in the position table
   */
  EmbeddingConfig.Patches patches(
      List<LeadingToken> leadingTokens, int tokensWithPosition, Resizing resizing) {
    Size image = size(config, "image_size");
    Size patch = size(config, "patch_size");
    int channels = config.positiveInt("num_channels", 3);
    Size grid = grid(config, image, patch);
    if (resizing != Resizing.NONE && grid.height() != grid.width()) {
      config.unsupported(
          "image_size", "positions can be resized only if there are as many rows as columns");
    }
    int positions = tokensWithPosition + grid.height() * grid.width();
    String embeddings = prefix + "embeddings.";
    return new EmbeddingConfig.Patches(
        channels,
        image,
        patch,
        EmbeddingConfig.PatchOrder.CHANNELS_FIRST,
        Optional.empty(),
        patchProjection(
            embeddings + "patch_embeddings.projection", channels, patch, hiddenSize, Bias.PRESENT),
        Optional.empty(),
        leadingTokens,
        new EmbeddingConfig.PatchPositions(
            embeddings + "position_embeddings",
            List.of(1, positions, hiddenSize),
            tokensWithPosition,
            resizing),
        Optional.empty());
  }

  /** The projection of patches, which is stored as a convolution. */
  static LinearConfig patchProjection(
      String name, int channels, Size patch, int hiddenSize, Bias bias) {
    int inputs = channels * patch.height() * patch.width();
    return LinearConfig.of("patch_proj", name, inputs, hiddenSize, bias)
        .asConvolution(channels, patch.height(), patch.width());
  }

  /** One number for squares, or height and width. */
  static Size size(ConfigJson config, String key) {
    List<Double> sizes = config.decimals(key);
    if (sizes.size() != 2) {
      int side = config.positiveInt(key);
      return new Size(side, side);
    }
    int limit = 1 << 14;
    if (sizes.stream().anyMatch(side -> side != Math.rint(side) || side < 1 || side > limit)) {
      config.unsupported(key, "expected whole numbers from 1 to " + limit);
      return new Size(1, 1);
    }
    return new Size(sizes.get(0).intValue(), sizes.get(1).intValue());
  }

  static Size grid(ConfigJson config, Size image, Size patch) {
    if (image.height() < patch.height() || image.width() < patch.width()) {
      config.unsupported("patch_size", "patches are larger than the image");
      return new Size(1, 1);
    }
    return new Size(image.height() / patch.height(), image.width() / patch.width());
  }

  /** Describes a model whose final norm is {@code layernorm}. */
  ModelConfig describe(
      String family, EmbeddingConfig.Patches patches, Function<String, BlockConfig> block) {
    StackConfig stack =
        new StackConfig(
            "self",
            hiddenSize,
            patches,
            IntStream.range(0, config.positiveInt("num_hidden_layers"))
                .mapToObj(layer -> block.apply(prefix + "encoder.layer." + layer + "."))
                .toList(),
            Optional.of(norm(prefix + "layernorm")),
            patches.tokens(patches.image().height(), patches.image().width()));
    return new ModelConfig(
        family,
        stack,
        Optional.empty(),
        "cls",
        Names.ignoring(
            "(.*\\.)?embeddings\\.mask_token",
            "(cls|distillation)_classifier\\..*",
            "decoder\\..*"));
  }

  NormConfig norm(String name) {
    return NormConfig.layer(name, epsilon, hiddenSize);
  }

  AttentionConfig attention(String layer) {
    int heads = config.positiveInt("num_attention_heads");
    Bias bias = Names.bias(config, "qkv_bias", true);
    String self = layer + "attention.attention.";
    return AttentionConfig.multiHead(
        heads,
        Names.headDim(config, hiddenSize, heads),
        new QkvConfig.Separate(
            LinearConfig.of("q_proj", self + "query", hiddenSize, hiddenSize, bias),
            LinearConfig.of("k_proj", self + "key", hiddenSize, hiddenSize, bias),
            LinearConfig.of("v_proj", self + "value", hiddenSize, hiddenSize, bias)),
        BertEncoder.linear("o_proj", layer + "attention.output.dense", hiddenSize, hiddenSize));
  }

  /** The pre-norm block of ViT and DeiT. */
  BlockConfig block(String layer) {
    int intermediateSize = config.positiveInt("intermediate_size");
    FeedForwardConfig feedForward =
        FeedForwardConfig.plain(
            BertEncoder.linear(
                "up_proj", layer + "intermediate.dense", hiddenSize, intermediateSize),
            Names.activation(config, "hidden_act", "gelu"),
            BertEncoder.linear("down_proj", layer + "output.dense", intermediateSize, hiddenSize));
    return BlockConfig.serial(
        preNorm(norm(layer + "layernorm_before"), attention(layer)),
        preNorm(norm(layer + "layernorm_after"), feedForward));
  }
}
