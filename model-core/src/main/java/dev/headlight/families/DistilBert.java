package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.postNorm;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** DistilBERT (Sanh 2019): BERT without token types, under other names. */
final class DistilBert implements Family {
  /** Fixed: the configuration does not name it. */
  private static final double EPSILON = 1e-12;

  @Override
  public Set<String> modelTypes() {
    return Set.of("distilbert");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix = Names.prefix(tensors, "distilbert.", "embeddings.word_embeddings.weight");
    int width = config.positiveInt("dim");
    int positions = config.positiveInt("max_position_embeddings");
    String embeddings = prefix + "embeddings.";
    // sinusoidal_pos_embds only says how the stored position table was filled
    EmbeddingConfig embedding =
        new EmbeddingConfig.Tokens(
            embeddings + "word_embeddings.weight",
            config.positiveInt("vocab_size"),
            width,
            1.0,
            Names.positionsFromZero(embeddings + "position_embeddings.weight", positions),
            Optional.empty(),
            Optional.of(NormConfig.layer(embeddings + "LayerNorm", EPSILON, width)),
            Optional.empty());
    StackConfig stack =
        new StackConfig(
            "self",
            width,
            embedding,
            IntStream.range(0, config.positiveInt("n_layers"))
                .mapToObj(
                    layer -> block(config, prefix + "transformer.layer." + layer + ".", width))
                .toList(),
            Optional.empty(),
            positions);
    return new ModelConfig(
        "distilbert",
        stack,
        Optional.empty(),
        "cls",
        Names.ignoring("vocab_(transform|layer_norm|projector)\\..*", "pre_classifier\\..*"));
  }

  private static BlockConfig block(ConfigJson config, String layer, int width) {
    int heads = config.positiveInt("n_heads");
    int intermediateSize = config.positiveInt("hidden_dim");
    String self = layer + "attention.";
    AttentionConfig attention =
        AttentionConfig.multiHead(
            heads,
            Names.headDim(config, "n_heads", width, heads),
            new QkvConfig.Separate(
                BertEncoder.linear("q_proj", self + "q_lin", width, width),
                BertEncoder.linear("k_proj", self + "k_lin", width, width),
                BertEncoder.linear("v_proj", self + "v_lin", width, width)),
            BertEncoder.linear("o_proj", self + "out_lin", width, width));
    FeedForwardConfig feedForward =
        FeedForwardConfig.plain(
            BertEncoder.linear("up_proj", layer + "ffn.lin1", width, intermediateSize),
            Names.activation(config, "activation", "gelu"),
            BertEncoder.linear("down_proj", layer + "ffn.lin2", intermediateSize, width));
    return BlockConfig.serial(
        postNorm(attention, NormConfig.layer(layer + "sa_layer_norm", EPSILON, width)),
        postNorm(feedForward, NormConfig.layer(layer + "output_layer_norm", EPSILON, width)));
  }
}
