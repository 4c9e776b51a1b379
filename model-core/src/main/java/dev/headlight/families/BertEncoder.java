package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.postNorm;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.EmbeddingConfig.PositionEmbedding;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Names and numbers that the encoders descended from BERT share: {@code
 * encoder.layer.N.attention.self.query} and so on. What sets a family apart stands in its own file.
 *
 * @param prefix of all tensors
 * @param embeddingSize width of the embedding tables
 */
record BertEncoder(
    ConfigJson config, String prefix, int hiddenSize, int embeddingSize, double epsilon) {

  static BertEncoder read(ConfigJson config, Set<String> tensors, String headPrefix) {
    config.require("position_embedding_type", Set.of("absolute"));
    Names.refuseCrossAttention(config);
    int hiddenSize = config.positiveInt("hidden_size");
    return new BertEncoder(
        config,
        Names.prefix(tensors, headPrefix, "embeddings.word_embeddings.weight"),
        hiddenSize,
        hiddenSize,
        config.decimal("layer_norm_eps", 1e-12));
  }

  BertEncoder withEmbeddingSize(int size) {
    return new BertEncoder(config, prefix, hiddenSize, size, epsilon);
  }

  String positionTable() {
    return prefix + "embeddings.position_embeddings.weight";
  }

  EmbeddingConfig embedding(PositionEmbedding positions, Optional<LinearConfig> projection) {
    String embeddings = prefix + "embeddings.";
    return new EmbeddingConfig.Tokens(
        embeddings + "word_embeddings.weight",
        config.positiveInt("vocab_size"),
        embeddingSize,
        1.0,
        positions,
        Optional.of(
            new EmbeddingConfig.TokenTypes(
                embeddings + "token_type_embeddings.weight",
                config.positiveInt("type_vocab_size", 2))),
        Optional.of(NormConfig.layer(embeddings + "LayerNorm", epsilon, embeddingSize)),
        projection);
  }

  ModelConfig describe(
      String family, EmbeddingConfig embedding, int maxPositions, String... ignored) {
    StackConfig stack =
        new StackConfig(
            "self",
            hiddenSize,
            embedding,
            IntStream.range(0, config.positiveInt("num_hidden_layers"))
                .mapToObj(layer -> block(prefix + "encoder.layer." + layer + "."))
                .toList(),
            Optional.empty(),
            maxPositions);
    return new ModelConfig(family, stack, Optional.empty(), "cls", Names.ignoring(ignored));
  }

  private BlockConfig block(String layer) {
    return BlockConfig.serial(
        postNorm(attention(layer), norm(layer + "attention.output.LayerNorm")),
        postNorm(feedForward(layer), norm(layer + "output.LayerNorm")));
  }

  private AttentionConfig attention(String layer) {
    int heads = config.positiveInt("num_attention_heads");
    String self = layer + "attention.self.";
    AttentionConfig attention =
        AttentionConfig.multiHead(
            heads,
            Names.headDim(config, hiddenSize, heads),
            new QkvConfig.Separate(
                linear("q_proj", self + "query", hiddenSize, hiddenSize),
                linear("k_proj", self + "key", hiddenSize, hiddenSize),
                linear("v_proj", self + "value", hiddenSize, hiddenSize)),
            linear("o_proj", layer + "attention.output.dense", hiddenSize, hiddenSize));
    return config.flag("is_decoder", false)
        ? attention.withMask(Names.decoderMask(config))
        : attention;
  }

  /** The feed-forward part, which MPNet names alike. */
  FeedForwardConfig feedForward(String layer) {
    int intermediateSize = config.positiveInt("intermediate_size");
    return FeedForwardConfig.plain(
        linear("up_proj", layer + "intermediate.dense", hiddenSize, intermediateSize),
        Names.activation(config, "hidden_act", "gelu"),
        linear("down_proj", layer + "output.dense", intermediateSize, hiddenSize));
  }

  NormConfig norm(String name) {
    return NormConfig.layer(name, epsilon, hiddenSize);
  }

  static LinearConfig linear(String name, String prefix, int inputs, int outputs) {
    return LinearConfig.of(name, prefix, inputs, outputs, Bias.PRESENT);
  }
}
