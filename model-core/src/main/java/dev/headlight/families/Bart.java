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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** BART (Lewis 2020): post-norm encoder and decoder with learned positions. */
final class Bart implements Family {
  /** Fixed: the configuration does not name it. */
  private static final double EPSILON = 1e-5;

  /** The first rows of the position tables, which stand for padding, are not used. */
  private static final int POSITION_OFFSET = 2;

  @Override
  public Set<String> modelTypes() {
    return Set.of("bart");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String prefix = Names.prefix(tensors, "model.", "encoder.embed_positions.weight");
    // settings of the first releases, which later ones fix
    config.require("normalize_before", Set.of(false));
    config.require("add_final_layer_norm", Set.of(false));
    config.require("normalize_embedding", Set.of(true));
    config.require("static_position_embeddings", Set.of(false));
    String embedding =
        Stream.of("shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight")
            .map(name -> prefix + name)
            .filter(tensors::contains)
            .findFirst()
            .orElse(prefix + "shared.weight");
    StackConfig encoder = new Stack(config, prefix, "encoder").describe(embedding);
    StackConfig decoder = new Stack(config, prefix, "decoder").describe(embedding);
    return new ModelConfig(
        "bart",
        encoder,
        Optional.of(decoder),
        "mean",
        Names.ignoring(
            "(model\\.)?(shared|(encoder|decoder)\\.embed_tokens)\\.weight",
            "final_logits_bias",
            "classification_head\\..*"));
  }

  /** Encoder or decoder, whose settings carry its name. */
  private record Stack(ConfigJson config, String prefix, String name) {

    private boolean isDecoder() {
      return name.equals("decoder");
    }

    private int width() {
      return config.positiveInt("d_model");
    }

    StackConfig describe(String embedding) {
      int positions = config.positiveInt("max_position_embeddings");
      EmbeddingConfig tokens =
          new EmbeddingConfig.Tokens(
              embedding,
              config.positiveInt("vocab_size"),
              width(),
              config.flag("scale_embedding", false) ? Math.sqrt(width()) : 1.0,
              new EmbeddingConfig.PositionEmbedding.Learned(
                  prefix + name + ".embed_positions.weight",
                  positions + POSITION_OFFSET,
                  POSITION_OFFSET,
                  -1),
              Optional.empty(),
              Optional.of(norm(prefix + name + ".layernorm_embedding")),
              Optional.empty());
      return new StackConfig(
          name,
          width(),
          tokens,
          IntStream.range(0, config.positiveInt(name + "_layers"))
              .mapToObj(layer -> block(prefix + name + ".layers." + layer + "."))
              .toList(),
          Optional.empty(),
          positions);
    }

    private NormConfig norm(String tensor) {
      return NormConfig.layer(tensor, EPSILON, width());
    }

    private BlockConfig block(String layer) {
      List<BlockConfig.Sublayer> sublayers = new ArrayList<>();
      AttentionConfig self = attention(layer + "self_attn.");
      sublayers.add(
          postNorm(
              self.withMask(isDecoder() ? Names.decoderMask(config) : Names.encoderMask()),
              norm(layer + "self_attn_layer_norm")));
      if (isDecoder()) {
        sublayers.add(
            postNorm(
                attention(layer + "encoder_attn.").withCross(),
                norm(layer + "encoder_attn_layer_norm")));
      }
      sublayers.add(postNorm(feedForward(layer), norm(layer + "final_layer_norm")));
      return new BlockConfig(sublayers, false);
    }

    private AttentionConfig attention(String tensor) {
      String headsKey = name + "_attention_heads";
      int heads = config.positiveInt(headsKey);
      int width = width();
      return AttentionConfig.multiHead(
          heads,
          Names.headDim(config, headsKey, width, heads),
          new QkvConfig.Separate(
              BertEncoder.linear("q_proj", tensor + "q_proj", width, width),
              BertEncoder.linear("k_proj", tensor + "k_proj", width, width),
              BertEncoder.linear("v_proj", tensor + "v_proj", width, width)),
          BertEncoder.linear("o_proj", tensor + "out_proj", width, width));
    }

    private FeedForwardConfig feedForward(String layer) {
      int intermediateSize = config.positiveInt(name + "_ffn_dim");
      return FeedForwardConfig.plain(
          BertEncoder.linear("up_proj", layer + "fc1", width(), intermediateSize),
          Names.activation(config, "activation_function", "gelu"),
          BertEncoder.linear("down_proj", layer + "fc2", intermediateSize, width()));
    }
  }
}
