package dev.headlight.families;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.BlockConfig.Sublayer;
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
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * ModernBERT (Warner 2024): pre-norm encoder with rotary positions, a gated MLP, and a window
 * around each token in most layers.
 */
final class ModernBert implements Family {
  private static final int DEFAULT_WINDOW = 128;
  private static final int DEFAULT_GLOBAL_EVERY = 3;
  private static final double FULL_THETA = 160_000;
  private static final double SLIDING_THETA = 10_000;

  @Override
  public Set<String> modelTypes() {
    return Set.of("modernbert");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix = Names.prefix(tensors, "model.", "embeddings.tok_embeddings.weight");
    int width = config.positiveInt("hidden_size");
    int layers = config.positiveInt("num_hidden_layers");
    int globalEvery = config.positiveInt("global_attn_every_n_layers", DEFAULT_GLOBAL_EVERY);
    LayerTypes types = LayerTypes.read(config, layers, layer -> layer % globalEvery != 0);
    EmbeddingConfig embedding =
        new EmbeddingConfig.Tokens(
            prefix + "embeddings.tok_embeddings.weight",
            config.positiveInt("vocab_size"),
            width,
            1.0,
            new EmbeddingConfig.PositionEmbedding.None(),
            Optional.empty(),
            Optional.of(norm(config, prefix + "embeddings.norm", width)),
            Optional.empty());
    StackConfig stack =
        new StackConfig(
            "self",
            width,
            embedding,
            IntStream.range(0, layers)
                .mapToObj(layer -> block(config, prefix, layer, types))
                .toList(),
            Optional.of(norm(config, prefix + "final_norm", width)),
            config.positiveInt("max_position_embeddings"));
    config.require("classifier_pooling", Set.of("cls", "mean"));
    return new ModelConfig(
        "modernbert",
        stack,
        Optional.empty(),
        config.text("classifier_pooling", "cls"),
        Names.ignoring("head\\..*", "decoder\\..*"));
  }

  private static NormConfig norm(ConfigJson config, String name, int width) {
    double epsilon = config.decimal("norm_eps", 1e-5);
    return config.flag("norm_bias", false)
        ? NormConfig.layer(name, epsilon, width)
        : NormConfig.layerWithoutBias(name, epsilon, width);
  }

  private static BlockConfig block(ConfigJson config, String prefix, int layer, LayerTypes types) {
    String block = prefix + "layers." + layer + ".";
    int width = config.positiveInt("hidden_size");
    // the embedding's norm is that of the first layer's attention
    Optional<NormConfig> attentionNorm =
        layer == 0 ? Optional.empty() : Optional.of(norm(config, block + "attn_norm", width));
    return BlockConfig.serial(
        new Sublayer(
            attentionNorm,
            attention(config, block + "attn.", layer, types),
            Optional.empty(),
            Optional.empty()),
        Sublayer.preNorm(
            norm(config, block + "mlp_norm", width), feedForward(config, block + "mlp.", width)));
  }

  private static AttentionConfig attention(
      ConfigJson config, String name, int layer, LayerTypes types) {
    int width = config.positiveInt("hidden_size");
    int heads = config.positiveInt("num_attention_heads");
    int headDim = Names.headDim(config, width, heads);
    Bias bias = Names.bias(config, "attention_bias", false);
    return AttentionConfig.multiHead(
            heads,
            headDim,
            new QkvConfig.Fused(
                LinearConfig.of("qkv_proj", name + "Wqkv", width, 3 * width, bias),
                QkvConfig.Layout.BLOCKS),
            LinearConfig.of("o_proj", name + "Wo", width, width, bias))
        .withMask(types.isSliding(layer) ? window(config) : MaskConfig.BIDIRECTIONAL)
        .withRotary(types.rotary(config, layer, headDim, FULL_THETA, slidingTheta(config)));
  }

  /** {@code local_attention} counts the keys on both sides together. */
  private static MaskConfig window(ConfigJson config) {
    int keys = config.positiveInt("local_attention", DEFAULT_WINDOW);
    if (keys < 2) {
      config.unsupported("local_attention", "a window must reach at least one key to either side");
    }
    return MaskConfig.bidirectionalWindow(keys / 2);
  }

  /** An explicit null means the base of the other layers. */
  private static double slidingTheta(ConfigJson config) {
    String key = "local_rope_theta";
    return config.declares(key) && !config.has(key)
        ? config.decimal("global_rope_theta", FULL_THETA)
        : SLIDING_THETA;
  }

  private static FeedForwardConfig feedForward(ConfigJson config, String mlp, int width) {
    int intermediateSize = config.positiveInt("intermediate_size");
    Bias bias = Names.bias(config, "mlp_bias", false);
    LinearConfig gateUp =
        LinearConfig.of("gate_up_proj", mlp + "Wi", width, 2 * intermediateSize, bias);
    return FeedForwardConfig.gated(
        gateUp.slice("gate_proj", 0, intermediateSize),
        gateUp.slice("up_proj", intermediateSize, intermediateSize),
        Names.activation(config, "hidden_activation", "gelu"),
        LinearConfig.of("down_proj", mlp + "Wo", intermediateSize, width, bias));
  }
}
