package dev.headlight.families;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.BlockConfig.Sublayer;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RotaryConfig;
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Names and numbers that the decoders descended from Llama share: {@code
 * model.layers.N.self_attn.q_proj} and so on. What sets a family apart stands in its own file.
 */
record RotaryDecoder(
    ConfigJson config,
    String prefix,
    int hiddenSize,
    int intermediateSize,
    int heads,
    int keyValueHeads,
    int headDim,
    int maxPositions,
    double epsilon) {

  static RotaryDecoder read(ConfigJson config, Set<String> tensors) {
    int hiddenSize = config.positiveInt("hidden_size");
    int heads = config.positiveInt("num_attention_heads");
    int headDim =
        config.has("head_dim")
            ? config.positiveInt("head_dim")
            : Names.headDim(config, hiddenSize, heads);
    return new RotaryDecoder(
        config,
        Names.prefix(tensors, "model.", "embed_tokens.weight"),
        hiddenSize,
        config.positiveInt("intermediate_size"),
        heads,
        config.positiveInt("num_key_value_heads", heads),
        headDim,
        config.positiveInt("max_position_embeddings"),
        config.decimal("rms_norm_eps", 1e-6));
  }

  String layerPrefix(int layer) {
    return prefix + "layers." + layer + ".";
  }

  ModelConfig describe(
      String family, Function<Integer, BlockConfig> block, Optional<NormConfig> finalNorm) {
    return describe(family, tokens(1.0, false), block, finalNorm);
  }

  ModelConfig describe(
      String family,
      EmbeddingConfig embedding,
      Function<Integer, BlockConfig> block,
      Optional<NormConfig> finalNorm) {
    StackConfig stack =
        new StackConfig(
            "self",
            hiddenSize,
            embedding,
            IntStream.range(0, config.positiveInt("num_hidden_layers")).boxed().map(block).toList(),
            finalNorm,
            maxPositions);
    return new ModelConfig(family, stack, Optional.empty(), "lasttoken", Names.ignoring());
  }

  EmbeddingConfig tokens(double scale, boolean scalesInputs) {
    return new EmbeddingConfig.Tokens(
        prefix + "embed_tokens.weight",
        config.positiveInt("vocab_size"),
        hiddenSize,
        scale,
        scalesInputs,
        new EmbeddingConfig.PositionEmbedding.None(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  NormConfig rms(String name) {
    return NormConfig.rms(name, epsilon, hiddenSize);
  }

  /** Separate q, k, v and o projections. */
  AttentionConfig attention(int layer, Bias qkvBias, Bias outputBias) {
    String self = layerPrefix(layer) + "self_attn.";
    int queryWidth = heads * headDim;
    int keyWidth = keyValueHeads * headDim;
    QkvConfig projections =
        new QkvConfig.Separate(
            LinearConfig.of("q_proj", self + "q_proj", hiddenSize, queryWidth, qkvBias),
            LinearConfig.of("k_proj", self + "k_proj", hiddenSize, keyWidth, qkvBias),
            LinearConfig.of("v_proj", self + "v_proj", hiddenSize, keyWidth, qkvBias));
    LinearConfig output =
        LinearConfig.of("o_proj", self + "o_proj", queryWidth, hiddenSize, outputBias);
    return AttentionConfig.groupedQuery(heads, keyValueHeads, headDim, projections, output);
  }

  FeedForwardConfig gatedMlp(int layer, Bias bias) {
    String mlp = layerPrefix(layer) + "mlp.";
    return FeedForwardConfig.gated(
        LinearConfig.of("gate_proj", mlp + "gate_proj", hiddenSize, intermediateSize, bias),
        LinearConfig.of("up_proj", mlp + "up_proj", hiddenSize, intermediateSize, bias),
        Names.activation(config, "hidden_act", "silu"),
        LinearConfig.of("down_proj", mlp + "down_proj", intermediateSize, hiddenSize, bias));
  }

  RotaryConfig rotary(RopeParameters parameters) {
    int rotaryDim = (int) (headDim * parameters.partialRotaryFactor());
    return new RotaryConfig(parameters, rotaryDim);
  }

  BlockConfig preNormBlock(int layer, AttentionConfig attention, FeedForwardConfig feedForward) {
    String block = layerPrefix(layer);
    return BlockConfig.serial(
        Sublayer.preNorm(rms(block + "input_layernorm"), attention),
        Sublayer.preNorm(rms(block + "post_attention_layernorm"), feedForward));
  }
}
