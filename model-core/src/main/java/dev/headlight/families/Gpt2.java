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
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * GPT-2 (Radford 2019): pre-norm decoder with learned positions, fused {@code c_attn} and
 * transposed (Conv1D) weights.
 */
final class Gpt2 implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("gpt2");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix = Names.prefix(tensors, "transformer.", "wte.weight");
    Names.refuseCrossAttention(config);
    int hiddenSize = config.positiveInt("n_embd");
    int positions = config.positiveInt("n_positions");
    EmbeddingConfig embedding =
        new EmbeddingConfig.Tokens(
            prefix + "wte.weight",
            config.positiveInt("vocab_size"),
            hiddenSize,
            1.0,
            Names.positionsFromZero(prefix + "wpe.weight", positions),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    StackConfig stack =
        new StackConfig(
            "self",
            hiddenSize,
            embedding,
            IntStream.range(0, config.positiveInt("n_layer"))
                .mapToObj(layer -> block(config, prefix + "h." + layer + ".", layer, hiddenSize))
                .toList(),
            Optional.of(NormConfig.layer(prefix + "ln_f", epsilon(config), hiddenSize)),
            positions);
    // attn.bias and attn.masked_bias are the causal mask, which old checkpoints store
    return new ModelConfig(
        "gpt2",
        stack,
        Optional.empty(),
        "lasttoken",
        Names.ignoring(
            "(transformer\\.)?h\\.\\d+\\.attn\\.(bias|masked_bias)", "multiple_choice_head\\..*"));
  }

  private static double epsilon(ConfigJson config) {
    return config.decimal("layer_norm_epsilon", 1e-5);
  }

  private static BlockConfig block(ConfigJson config, String prefix, int layer, int hiddenSize) {
    int heads = config.positiveInt("n_head");
    int headDim = Names.headDim(config, "n_head", hiddenSize, heads);
    int intermediateSize = config.positiveInt("n_inner", 4 * hiddenSize);
    AttentionConfig attention =
        AttentionConfig.multiHead(
                heads,
                headDim,
                new QkvConfig.Fused(
                    conv1d("qkv_proj", prefix + "attn.c_attn", hiddenSize, 3 * hiddenSize),
                    QkvConfig.Layout.BLOCKS),
                conv1d("o_proj", prefix + "attn.c_proj", hiddenSize, hiddenSize))
            .withMask(Names.decoderMask(config))
            .withScale(scale(config, layer, headDim));
    FeedForwardConfig feedForward =
        FeedForwardConfig.plain(
            conv1d("up_proj", prefix + "mlp.c_fc", hiddenSize, intermediateSize),
            Names.activation(config, "activation_function", "gelu_new"),
            conv1d("down_proj", prefix + "mlp.c_proj", intermediateSize, hiddenSize));
    return BlockConfig.serial(
        preNorm(NormConfig.layer(prefix + "ln_1", epsilon(config), hiddenSize), attention),
        preNorm(NormConfig.layer(prefix + "ln_2", epsilon(config), hiddenSize), feedForward));
  }

  private static double scale(ConfigJson config, int layer, int headDim) {
    double scale = config.flag("scale_attn_weights", true) ? 1.0 / Math.sqrt(headDim) : 1.0;
    return config.flag("scale_attn_by_inverse_layer_idx", false) ? scale / (layer + 1) : scale;
  }

  private static LinearConfig conv1d(String name, String prefix, int inputs, int outputs) {
    return LinearConfig.of(name, prefix, inputs, outputs, Bias.PRESENT).asTransposed();
  }
}
