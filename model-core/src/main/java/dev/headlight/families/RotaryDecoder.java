package dev.headlight.families;

import dev.headlight.config.Activation;
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
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Names and numbers that the decoders descended from Llama share: {@code
 * model.layers.N.self_attn.q_proj} and so on. What sets a family apart stands in its own file.
 */
record RotaryDecoder(
    ConfigJson config,
    String prefix,
    int layers,
    int hiddenSize,
    int intermediateSize,
    int heads,
    int keyValueHeads,
    int headDim,
    int maxPositions,
    NormConfig.Kind normKind,
    double epsilon) {

  /**
   * What a family takes where its configuration is silent.
   *
   * @param headDim 0 for d / h
   * @param epsilon of its norms
   */
  record Defaults(int headDim, NormConfig.Kind normKind, double epsilon) {
    /** As in Llama. */
    static final Defaults LLAMA = new Defaults(0, NormConfig.Kind.RMS, 1e-6);

    /** As in all releases of Gemma. */
    static final Defaults GEMMA = new Defaults(256, NormConfig.Kind.RMS_UNIT_OFFSET, 1e-6);
  }

  static RotaryDecoder read(ConfigJson config, Set<String> tensors, Defaults defaults) {
    int hiddenSize = config.positiveInt("hidden_size");
    int heads = config.positiveInt("num_attention_heads");
    return new RotaryDecoder(
        config,
        Names.prefix(tensors, "model.", "embed_tokens.weight"),
        config.positiveInt("num_hidden_layers"),
        hiddenSize,
        config.positiveInt("intermediate_size"),
        heads,
        config.positiveInt("num_key_value_heads", heads),
        headDim(config, hiddenSize, heads, defaults.headDim()),
        config.positiveInt("max_position_embeddings"),
        defaults.normKind(),
        config.decimal("rms_norm_eps", defaults.epsilon()));
  }

  private static int headDim(ConfigJson config, int hiddenSize, int heads, int defaultHeadDim) {
    if (config.has("head_dim")) {
      return config.positiveInt("head_dim");
    }
    return defaultHeadDim == 0 ? Names.headDim(config, hiddenSize, heads) : defaultHeadDim;
  }

  String layerPrefix(int layer) {
    return prefix + "layers." + layer + ".";
  }

  /** Describes a model whose final norm is {@code norm}, with token rows as they are stored. */
  ModelConfig describe(String family, IntFunction<BlockConfig> block) {
    return describe(family, tokens(1.0), block, "lasttoken");
  }

  ModelConfig describe(
      String family, EmbeddingConfig embedding, IntFunction<BlockConfig> block, String pooling) {
    StackConfig stack =
        new StackConfig(
            "self",
            hiddenSize,
            embedding,
            IntStream.range(0, layers).mapToObj(block).toList(),
            Optional.of(norm(prefix + "norm")),
            maxPositions);
    return new ModelConfig(family, stack, Optional.empty(), pooling, Names.ignoring());
  }

  /**
   * Token embedding without positions.
   *
   * @param scale factor of the rows
   */
  EmbeddingConfig tokens(double scale) {
    return new EmbeddingConfig.Tokens(
        prefix + "embed_tokens.weight",
        config.positiveInt("vocab_size"),
        hiddenSize,
        scale,
        new EmbeddingConfig.PositionEmbedding.None(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  NormConfig norm(String name) {
    return norm(name, hiddenSize);
  }

  NormConfig norm(String name, int width) {
    return new NormConfig(
        normKind, Optional.of(name + ".weight"), Optional.empty(), epsilon, width);
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

  /** The gated MLP with the activation that {@code hidden_act} names. */
  FeedForwardConfig gatedMlp(int layer, Bias bias) {
    return gatedMlp(layer, bias, Names.activation(config, "hidden_act", "silu"));
  }

  FeedForwardConfig gatedMlp(int layer, Bias bias, Activation activation) {
    String mlp = layerPrefix(layer) + "mlp.";
    return FeedForwardConfig.gated(
        LinearConfig.of("gate_proj", mlp + "gate_proj", hiddenSize, intermediateSize, bias),
        LinearConfig.of("up_proj", mlp + "up_proj", hiddenSize, intermediateSize, bias),
        activation,
        LinearConfig.of("down_proj", mlp + "down_proj", intermediateSize, hiddenSize, bias));
  }

  BlockConfig preNormBlock(int layer, AttentionConfig attention, FeedForwardConfig feedForward) {
    String block = layerPrefix(layer);
    return BlockConfig.serial(
        Sublayer.preNorm(norm(block + "input_layernorm"), attention),
        Sublayer.preNorm(norm(block + "post_attention_layernorm"), feedForward));
  }

  /** Norms before and after each part, as since Gemma 2. */
  BlockConfig sandwichNormBlock(
      int layer, AttentionConfig attention, FeedForwardConfig feedForward) {
    String block = layerPrefix(layer);
    return BlockConfig.serial(
        Sublayer.sandwichNorm(
            norm(block + "input_layernorm"), attention, norm(block + "post_attention_layernorm")),
        Sublayer.sandwichNorm(
            norm(block + "pre_feedforward_layernorm"),
            feedForward,
            norm(block + "post_feedforward_layernorm")));
  }
}
