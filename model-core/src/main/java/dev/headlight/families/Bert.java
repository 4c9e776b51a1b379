package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.postNorm;

import dev.headlight.config.Activation;
import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
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

/** BERT (Devlin 2019): post-norm encoder with learned positions and token types. */
final class Bert implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("bert");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix = Names.prefix(tensors, "bert.", "embeddings.word_embeddings.weight");
    config.require("position_embedding_type", Set.of("absolute"));
    if (config.flag("add_cross_attention", false)) {
      config.unsupported("add_cross_attention", "BERT with cross-attention is not implemented");
    }
    int hiddenSize = config.positiveInt("hidden_size");
    int positions = config.positiveInt("max_position_embeddings");
    List<BlockConfig> blocks =
        IntStream.range(0, config.positiveInt("num_hidden_layers"))
            .mapToObj(layer -> block(config, prefix + "encoder.layer." + layer + ".", hiddenSize))
            .toList();
    StackConfig stack =
        new StackConfig(
            "self",
            hiddenSize,
            embedding(config, prefix, hiddenSize, positions),
            blocks,
            Optional.empty(),
            positions);
    return new ModelConfig(
        "bert", stack, Optional.empty(), "cls", Names.ignoring("bert\\.pooler\\..*"));
  }

  private static EmbeddingConfig embedding(
      ConfigJson config, String prefix, int hiddenSize, int positions) {
    String embeddings = prefix + "embeddings.";
    return new EmbeddingConfig.Tokens(
        embeddings + "word_embeddings.weight",
        config.positiveInt("vocab_size"),
        hiddenSize,
        1.0,
        false,
        Names.positionsFromZero(embeddings + "position_embeddings.weight", positions),
        Optional.of(
            new EmbeddingConfig.TokenTypes(
                embeddings + "token_type_embeddings.weight",
                config.positiveInt("type_vocab_size", 2))),
        Optional.of(NormConfig.layer(embeddings + "LayerNorm", epsilon(config), hiddenSize)),
        Optional.empty());
  }

  private static double epsilon(ConfigJson config) {
    return config.decimal("layer_norm_eps", 1e-12);
  }

  private static BlockConfig block(ConfigJson config, String layer, int hiddenSize) {
    int heads = config.positiveInt("num_attention_heads");
    int intermediateSize = config.positiveInt("intermediate_size");
    String self = layer + "attention.self.";
    AttentionConfig attention =
        AttentionConfig.multiHead(
            heads,
            Names.headDim(config, hiddenSize, heads),
            new QkvConfig.Separate(
                LinearConfig.of("q_proj", self + "query", hiddenSize, hiddenSize, Bias.PRESENT),
                LinearConfig.of("k_proj", self + "key", hiddenSize, hiddenSize, Bias.PRESENT),
                LinearConfig.of("v_proj", self + "value", hiddenSize, hiddenSize, Bias.PRESENT)),
            LinearConfig.of(
                "o_proj", layer + "attention.output.dense", hiddenSize, hiddenSize, Bias.PRESENT));
    if (config.flag("is_decoder", false)) {
      attention = attention.withMask(MaskConfig.CAUSAL);
    }
    Activation activation = Names.activation(config, "hidden_act", "gelu");
    FeedForwardConfig feedForward =
        FeedForwardConfig.plain(
            LinearConfig.of(
                "up_proj",
                layer + "intermediate.dense",
                hiddenSize,
                intermediateSize,
                Bias.PRESENT),
            activation,
            LinearConfig.of(
                "down_proj", layer + "output.dense", intermediateSize, hiddenSize, Bias.PRESENT));
    return BlockConfig.serial(
        postNorm(
            attention,
            NormConfig.layer(layer + "attention.output.LayerNorm", epsilon(config), hiddenSize)),
        postNorm(
            feedForward,
            NormConfig.layer(layer + "output.LayerNorm", epsilon(config), hiddenSize)));
  }
}
