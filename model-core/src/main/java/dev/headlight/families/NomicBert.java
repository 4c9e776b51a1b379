package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.postNorm;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * NomicBERT (Nussbaum 2024): post-norm encoder with token types, rotary positions, fused
 * projections and a gated MLP.
 */
final class NomicBert implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("nomic_bert");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix =
        Names.prefix(tensors, "", "embeddings.word_embeddings.weight", "nomic_bert.", "bert.");
    NomicBertSettings settings = NomicBertSettings.read(config);
    EmbeddingConfig embedding =
        new EmbeddingConfig.Tokens(
            prefix + "embeddings.word_embeddings.weight",
            config.positiveInt("vocab_size"),
            settings.hiddenSize(),
            1.0,
            new EmbeddingConfig.PositionEmbedding.None(),
            Optional.of(
                new EmbeddingConfig.TokenTypes(
                    prefix + "embeddings.token_type_embeddings.weight", settings.tokenTypes())),
            Optional.of(norm(settings, prefix + "emb_ln")),
            Optional.empty());
    StackConfig stack =
        new StackConfig(
            "self",
            settings.hiddenSize(),
            embedding,
            IntStream.range(0, settings.layers())
                .mapToObj(layer -> block(settings, prefix + "encoder.layers." + layer + "."))
                .toList(),
            Optional.empty(),
            settings.maxPositions());
    return new ModelConfig("nomic_bert", stack, Optional.empty(), "mean", Names.ignoring());
  }

  private static NormConfig norm(NomicBertSettings settings, String name) {
    return NormConfig.layer(name, settings.epsilon(), settings.hiddenSize());
  }

  private static BlockConfig block(NomicBertSettings settings, String layer) {
    return BlockConfig.serial(
        postNorm(attention(settings, layer + "attn."), norm(settings, layer + "norm1")),
        postNorm(feedForward(settings, layer + "mlp."), norm(settings, layer + "norm2")));
  }

  private static AttentionConfig attention(NomicBertSettings settings, String name) {
    int width = settings.hiddenSize();
    int inner = settings.heads() * settings.headDim();
    return AttentionConfig.multiHead(
            settings.heads(),
            settings.headDim(),
            new QkvConfig.Fused(
                LinearConfig.of("qkv_proj", name + "Wqkv", width, 3 * inner, settings.qkvBias()),
                QkvConfig.Layout.BLOCKS),
            LinearConfig.of("o_proj", name + "out_proj", inner, width, settings.qkvBias()))
        .withRotary(settings.rotary());
  }

  private static FeedForwardConfig feedForward(NomicBertSettings settings, String mlp) {
    int width = settings.hiddenSize();
    int inner = settings.intermediateSize();
    return FeedForwardConfig.gated(
        LinearConfig.of("gate_proj", mlp + "fc12", width, inner, settings.gateUpBias()),
        LinearConfig.of("up_proj", mlp + "fc11", width, inner, settings.gateUpBias()),
        settings.activation(),
        LinearConfig.of("down_proj", mlp + "fc2", inner, width, settings.downBias()));
  }
}
