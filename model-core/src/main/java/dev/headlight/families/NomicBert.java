package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.postNorm;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * NomicBERT (Nussbaum 2024), with {@code config.json} as transformers writes it: post-norm encoder
 * with token types, rotary positions, fused projections without biases and a gated MLP.
 */
final class NomicBert implements Family {
  private static final RopeParameters.Defaults ROPE = new RopeParameters.Defaults(1000, 1);

  @Override
  public Set<String> modelTypes() {
    return Set.of("nomic_bert");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix =
        Names.prefix(tensors, "", "embeddings.word_embeddings.weight", "nomic_bert.", "bert.");
    int width = config.positiveInt("hidden_size");
    EmbeddingConfig embedding =
        new EmbeddingConfig.Tokens(
            prefix + "embeddings.word_embeddings.weight",
            config.positiveInt("vocab_size"),
            width,
            1.0,
            new EmbeddingConfig.PositionEmbedding.None(),
            Optional.of(
                new EmbeddingConfig.TokenTypes(
                    prefix + "embeddings.token_type_embeddings.weight",
                    config.positiveInt("type_vocab_size", 2))),
            Optional.of(norm(config, prefix + "emb_ln", width)),
            Optional.empty());
    StackConfig stack =
        new StackConfig(
            "self",
            width,
            embedding,
            IntStream.range(0, config.positiveInt("num_hidden_layers"))
                .mapToObj(layer -> block(config, prefix + "encoder.layers." + layer + ".", width))
                .toList(),
            Optional.empty(),
            config.positiveInt("max_position_embeddings", 2048));
    return new ModelConfig("nomic_bert", stack, Optional.empty(), "mean", Names.ignoring());
  }

  private static NormConfig norm(ConfigJson config, String name, int width) {
    return NormConfig.layer(name, config.decimal("layer_norm_eps", 1e-12), width);
  }

  private static BlockConfig block(ConfigJson config, String layer, int width) {
    return BlockConfig.serial(
        postNorm(attention(config, layer + "attn.", width), norm(config, layer + "norm1", width)),
        postNorm(feedForward(config, layer + "mlp.", width), norm(config, layer + "norm2", width)));
  }

  private static AttentionConfig attention(ConfigJson config, String name, int width) {
    int heads = config.positiveInt("num_attention_heads");
    int headDim =
        config.has("head_dim")
            ? config.positiveInt("head_dim")
            : Names.headDim(config, width, heads);
    int inner = heads * headDim;
    return AttentionConfig.multiHead(
            heads,
            headDim,
            new QkvConfig.Fused(
                LinearConfig.of("qkv_proj", name + "Wqkv", width, 3 * inner, Bias.ABSENT),
                QkvConfig.Layout.BLOCKS),
            LinearConfig.of("o_proj", name + "out_proj", inner, width, Bias.ABSENT))
        .withRotary(Rotary.wholeHeads(config, RopeParameters.read(config, ROPE), headDim));
  }

  private static FeedForwardConfig feedForward(ConfigJson config, String mlp, int width) {
    int intermediateSize = config.positiveInt("intermediate_size");
    return FeedForwardConfig.gated(
        LinearConfig.of("gate_proj", mlp + "fc12", width, intermediateSize, Bias.ABSENT),
        LinearConfig.of("up_proj", mlp + "fc11", width, intermediateSize, Bias.ABSENT),
        Names.activation(config, "hidden_act", "silu"),
        LinearConfig.of("down_proj", mlp + "fc2", intermediateSize, width, Bias.ABSENT));
  }
}
