package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.postNorm;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.ScoreBiasConfig;
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * MPNet (Song 2020): BERT's blocks with RoBERTa's positions, no token types, and one table of
 * relative position buckets for all layers.
 */
final class MpNet implements Family {
  // every checkpoint is computed with these, whatever relative_attention_num_buckets says
  private static final int BUCKETS = 32;
  private static final int MAX_DISTANCE = 128;

  /** Fixed, whatever {@code pad_token_id} says. */
  private static final int PADDING_ID = 1;

  @Override
  public Set<String> modelTypes() {
    return Set.of("mpnet");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    BertEncoder encoder = BertEncoder.read(config, tensors, "mpnet.");
    int buckets = config.positiveInt("relative_attention_num_buckets", BUCKETS);
    if (buckets < BUCKETS) {
      config.unsupported(
          "relative_attention_num_buckets",
          "MPNet uses " + BUCKETS + " buckets, of which the table must have a row each");
    }
    int positions = config.positiveInt("max_position_embeddings");
    String embeddings = encoder.prefix() + "embeddings.";
    EmbeddingConfig embedding =
        new EmbeddingConfig.Tokens(
            embeddings + "word_embeddings.weight",
            config.positiveInt("vocab_size"),
            encoder.hiddenSize(),
            1.0,
            Names.positionsAfterPadding(config, encoder.positionTable(), positions, PADDING_ID),
            Optional.empty(),
            Optional.of(encoder.norm(embeddings + "LayerNorm")),
            Optional.empty());
    StackConfig stack =
        new StackConfig(
            "self",
            encoder.hiddenSize(),
            embedding,
            IntStream.range(0, config.positiveInt("num_hidden_layers"))
                .mapToObj(layer -> block(encoder, layer, buckets))
                .toList(),
            Optional.empty(),
            positions - PADDING_ID - 1);
    return new ModelConfig("mpnet", stack, Optional.empty(), "mean", Names.ignoring());
  }

  private static BlockConfig block(BertEncoder encoder, int layer, int storedBuckets) {
    String name = encoder.prefix() + "encoder.layer." + layer + ".";
    int heads = encoder.config().positiveInt("num_attention_heads");
    int width = encoder.hiddenSize();
    String self = name + "attention.attn.";
    AttentionConfig attention =
        AttentionConfig.multiHead(
                heads,
                Names.headDim(encoder.config(), width, heads),
                new QkvConfig.Separate(
                    BertEncoder.linear("q_proj", self + "q", width, width),
                    BertEncoder.linear("k_proj", self + "k", width, width),
                    BertEncoder.linear("v_proj", self + "v", width, width)),
                BertEncoder.linear("o_proj", self + "o", width, width))
            .withScoreBias(
                new ScoreBiasConfig.RelativeBuckets(
                    encoder.prefix() + "encoder.relative_attention_bias.weight",
                    storedBuckets,
                    BUCKETS,
                    true,
                    MAX_DISTANCE,
                    heads));
    return BlockConfig.serial(
        postNorm(attention, encoder.norm(name + "attention.LayerNorm")),
        postNorm(encoder.feedForward(name), encoder.norm(name + "output.LayerNorm")));
  }
}
