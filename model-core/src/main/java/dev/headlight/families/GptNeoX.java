package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.preNorm;

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
 * GPT-NeoX (Black 2022) and Pythia (Biderman 2023): fused projections whose outputs are interleaved
 * by head, rotary embedding of a part of each head, and attention and MLP side by side.
 */
final class GptNeoX implements Family {
  private static final RopeParameters.Defaults ROPE = new RopeParameters.Defaults(10_000, 0.25);

  @Override
  public Set<String> modelTypes() {
    return Set.of("gpt_neox");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix = Names.prefix(tensors, "gpt_neox.", "embed_in.weight");
    int width = config.positiveInt("hidden_size");
    EmbeddingConfig embedding =
        new EmbeddingConfig.Tokens(
            prefix + "embed_in.weight",
            config.positiveInt("vocab_size"),
            width,
            1.0,
            new EmbeddingConfig.PositionEmbedding.None(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    StackConfig stack =
        new StackConfig(
            "self",
            width,
            embedding,
            IntStream.range(0, config.positiveInt("num_hidden_layers"))
                .mapToObj(layer -> block(config, prefix + "layers." + layer + ".", width))
                .toList(),
            Optional.of(norm(config, prefix + "final_layer_norm", width)),
            config.positiveInt("max_position_embeddings"));
    // attention.bias and attention.masked_bias are the causal mask, which old checkpoints store
    return new ModelConfig(
        "gpt_neox",
        stack,
        Optional.empty(),
        "lasttoken",
        Names.ignoring("embed_out\\..*", ".*\\.attention\\.(bias|masked_bias)"));
  }

  private static NormConfig norm(ConfigJson config, String name, int width) {
    return NormConfig.layer(name, config.decimal("layer_norm_eps", 1e-5), width);
  }

  private static BlockConfig block(ConfigJson config, String block, int width) {
    BlockConfig.Sublayer attention =
        preNorm(norm(config, block + "input_layernorm", width), attention(config, block, width));
    BlockConfig.Sublayer feedForward =
        preNorm(
            norm(config, block + "post_attention_layernorm", width),
            feedForward(config, block + "mlp.", width));
    return config.flag("use_parallel_residual", true)
        ? BlockConfig.parallel(attention, feedForward)
        : BlockConfig.serial(attention, feedForward);
  }

  private static AttentionConfig attention(ConfigJson config, String block, int width) {
    int heads = config.positiveInt("num_attention_heads");
    int headDim = Names.headDim(config, width, heads);
    Bias bias = Names.bias(config, "attention_bias", true);
    String name = block + "attention.";
    return AttentionConfig.multiHead(
            heads,
            headDim,
            new QkvConfig.Fused(
                LinearConfig.of("qkv_proj", name + "query_key_value", width, 3 * width, bias),
                QkvConfig.Layout.PER_HEAD),
            LinearConfig.of("o_proj", name + "dense", width, width, bias))
        .withMask(Names.decoderMask(config))
        .withRotary(Rotary.partOfHeads(config, RopeParameters.read(config, ROPE), headDim));
  }

  private static FeedForwardConfig feedForward(ConfigJson config, String mlp, int width) {
    int intermediateSize = config.positiveInt("intermediate_size");
    return FeedForwardConfig.plain(
        LinearConfig.of("up_proj", mlp + "dense_h_to_4h", width, intermediateSize, Bias.PRESENT),
        Names.activation(config, "hidden_act", "gelu"),
        LinearConfig.of("down_proj", mlp + "dense_4h_to_h", intermediateSize, width, Bias.PRESENT));
  }
}
