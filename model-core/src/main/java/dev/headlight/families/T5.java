package dev.headlight.families;

import static dev.headlight.config.BlockConfig.Sublayer.preNorm;

import dev.headlight.config.Activation;
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
import dev.headlight.config.ScoreBiasConfig;
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * T5 (Raffel 2020) and mT5 (Xue 2021): pre-norm encoder and decoder with relative position buckets,
 * unscaled scores and no biases; or the encoder alone.
 */
final class T5 implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("t5", "mt5");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix = Names.prefix(tensors, "", "encoder.final_layer_norm.weight", "transformer.");
    boolean decodes = tensors.stream().anyMatch(name -> name.startsWith(prefix + "decoder.block."));
    String embedding =
        Stream.of("shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight")
            .map(name -> prefix + name)
            .filter(tensors::contains)
            .findFirst()
            .orElse(prefix + "shared.weight");
    int layers = config.positiveInt("num_layers");
    int decoderLayers = config.positiveInt("num_decoder_layers", layers);
    StackConfig encoder =
        new Stack(config, prefix + "encoder.", false)
            .describe(decodes ? "encoder" : "self", embedding, layers);
    Optional<StackConfig> decoder =
        decodes
            ? Optional.of(
                new Stack(config, prefix + "decoder.", true)
                    .describe("decoder", embedding, decoderLayers))
            : Optional.empty();
    return new ModelConfig(
        "t5",
        encoder,
        decoder,
        "mean",
        Names.ignoring(
            "(transformer\\.)?(shared|(encoder|decoder)\\.embed_tokens)\\.weight",
            // published by mistake with the first checkpoints, and never used
            ".*\\.EncDecAttention\\.relative_attention_bias\\.weight",
            "classification_head\\..*"));
  }

  private record Stack(ConfigJson config, String prefix, boolean decoder) {

    StackConfig describe(String attention, String embedding, int layers) {
      int width = config.positiveInt("d_model");
      EmbeddingConfig tokens =
          new EmbeddingConfig.Tokens(
              embedding,
              config.positiveInt("vocab_size"),
              width,
              1.0,
              new EmbeddingConfig.PositionEmbedding.None(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      return new StackConfig(
          attention,
          width,
          tokens,
          IntStream.range(0, layers).mapToObj(this::block).toList(),
          Optional.of(norm(prefix + "final_layer_norm")),
          0);
    }

    private NormConfig norm(String name) {
      return NormConfig.rms(
          name, config.decimal("layer_norm_epsilon", 1e-6), config.positiveInt("d_model"));
    }

    private BlockConfig block(int index) {
      String layer = prefix + "block." + index + ".layer.";
      AttentionConfig self =
          attention(layer + "0.SelfAttention.")
              .withScoreBias(scoreBias())
              .withMask(decoder ? Names.decoderMask(config) : Names.encoderMask());
      BlockConfig.Sublayer first = preNorm(norm(layer + "0.layer_norm"), self);
      if (!decoder) {
        return BlockConfig.serial(first, feedForward(layer + "1."));
      }
      AttentionConfig cross = attention(layer + "1.EncDecAttention.").withCross();
      return BlockConfig.serial(
          first, preNorm(norm(layer + "1.layer_norm"), cross), feedForward(layer + "2."));
    }

    private AttentionConfig attention(String name) {
      int width = config.positiveInt("d_model");
      int heads = config.positiveInt("num_heads");
      int headDim = config.positiveInt("d_kv");
      int inner = heads * headDim;
      return AttentionConfig.multiHead(
              heads,
              headDim,
              new QkvConfig.Separate(
                  LinearConfig.of("q_proj", name + "q", width, inner, Bias.ABSENT),
                  LinearConfig.of("k_proj", name + "k", width, inner, Bias.ABSENT),
                  LinearConfig.of("v_proj", name + "v", width, inner, Bias.ABSENT)),
              LinearConfig.of("o_proj", name + "o", inner, width, Bias.ABSENT))
          .withScale(1);
    }

    /** Only the first block has a table, which all of them use. */
    private ScoreBiasConfig scoreBias() {
      int buckets = config.positiveInt("relative_attention_num_buckets", 32);
      int maxDistance = config.positiveInt("relative_attention_max_distance", 128);
      if (buckets < 4 || maxDistance <= buckets / 2) {
        config.unsupported(
            "relative_attention_num_buckets",
            "expected 4 or more, and less than twice relative_attention_max_distance, which is "
                + maxDistance);
        buckets = 32;
        maxDistance = 128;
      }
      return new ScoreBiasConfig.RelativeBuckets(
          prefix + "block.0.layer.0.SelfAttention.relative_attention_bias.weight",
          buckets,
          buckets,
          !decoder,
          maxDistance,
          config.positiveInt("num_heads"));
    }

    private BlockConfig.Sublayer feedForward(String layer) {
      int width = config.positiveInt("d_model");
      int intermediateSize = config.positiveInt("d_ff");
      String name = layer + "DenseReluDense.";
      LinearConfig down =
          LinearConfig.of("down_proj", name + "wo", intermediateSize, width, Bias.ABSENT);
      FeedForwardConfig operation =
          config.flag("is_gated_act", projection().startsWith("gated-"))
              ? FeedForwardConfig.gated(
                  LinearConfig.of("gate_proj", name + "wi_0", width, intermediateSize, Bias.ABSENT),
                  LinearConfig.of("up_proj", name + "wi_1", width, intermediateSize, Bias.ABSENT),
                  activation(),
                  down)
              : FeedForwardConfig.plain(
                  LinearConfig.of("up_proj", name + "wi", width, intermediateSize, Bias.ABSENT),
                  activation(),
                  down);
      return preNorm(norm(layer + "layer_norm"), operation);
    }

    private String projection() {
      boolean multilingual = config.text("model_type", "").equals("mt5");
      return config.text("feed_forward_proj", multilingual ? "gated-gelu" : "relu");
    }

    private Activation activation() {
      String projection = projection();
      // gated-gelu means the tanh approximation, gelu alone the exact function
      String named =
          projection.equals("gated-gelu") ? "gelu_new" : projection.replaceFirst("^gated-", "");
      return Names.activation(config, "dense_act_fn", named);
    }
  }
}
