package dev.headlight.families;

import dev.headlight.config.Activation;
import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.BlockConfig.Sublayer;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.MaskConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.QkvConfig;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.ScoreBiasConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a description of a checkpoint of no family says of its blocks.
 *
 * @param attention the object {@code attention}
 * @param feedForward the object {@code feed_forward}
 * @param block the object {@code block}, if there is one
 * @param positions the object {@code positions}, if there is one
 * @param names of tensors outside of blocks
 */
record GenericBlocks(
    ConfigJson attention,
    ConfigJson feedForward,
    Optional<ConfigJson> block,
    Optional<ConfigJson> positions,
    GenericNames names,
    int hiddenSize,
    int layers) {

  List<BlockConfig> describe() {
    refuseOtherKeys();
    boolean parallel = block.map(object -> object.flag("parallel", false)).orElse(false);
    return IntStream.range(0, layers)
        .mapToObj(
            layer -> {
              GenericNames own = names.ofLayer(layer);
              List<Sublayer> sublayers =
                  List.of(
                      sublayer(attention, attention(own, layer), own),
                      sublayer(feedForward, feedForward(own), own));
              return new BlockConfig(sublayers, parallel);
            })
        .toList();
  }

  private void refuseOtherKeys() {
    block.ifPresent(
        object -> {
          GenericNames.refuseOtherKeys(object, "norms", "parallel");
          object.require("norms", Set.of("pre", "post", "branch", "sandwich"));
        });
    refuseOtherKeysOfAttention();
    GenericNames.refuseOtherKeys(
        feedForward,
        "intermediate_size",
        "activation",
        "gate_up_proj",
        "gate_up_layout",
        "gate_proj",
        "up_proj",
        "down_proj",
        "norm",
        "output_norm",
        "output_scale");
  }

  private void refuseOtherKeysOfAttention() {
    GenericNames.refuseOtherKeys(
        attention,
        "num_heads",
        "num_key_value_heads",
        "head_dim",
        "causal",
        "sliding_window",
        "layer_types",
        "scale",
        "soft_cap",
        "qkv_proj",
        "qkv_layout",
        "q_proj",
        "kv_proj",
        "k_proj",
        "v_proj",
        "o_proj",
        "q_norm",
        "k_norm",
        "whole_row_norms",
        "norm",
        "output_norm",
        "output_scale");
  }

  private Sublayer sublayer(ConfigJson object, BlockConfig.Operation operation, GenericNames own) {
    String norms = block.map(described -> described.text("norms", "pre")).orElse("pre");
    NormConfig norm = own.requiredNorm(object, "norm", hiddenSize);
    return switch (norms) {
      case "post" -> Sublayer.postNorm(operation, norm);
      case "branch" -> Sublayer.branchNorm(operation, norm);
      case "sandwich" ->
          Sublayer.sandwichNorm(
              norm, operation, own.requiredNorm(object, "output_norm", hiddenSize));
      default -> Sublayer.preNorm(norm, operation);
    };
  }

  private AttentionConfig attention(GenericNames own, int layer) {
    int heads = attention.positiveInt("num_heads");
    int groups = attention.positiveInt("num_key_value_heads", heads);
    int headDim =
        attention.has("head_dim")
            ? attention.positiveInt("head_dim")
            : Names.headDim(attention, "num_heads", hiddenSize, heads);
    LinearConfig output =
        own.requiredLinear(attention, "o_proj", "o_proj", heads * headDim, hiddenSize);
    AttentionConfig described =
        AttentionConfig.groupedQuery(
                heads,
                groups,
                headDim,
                projections(own, heads, groups, headDim),
                own.tensor(attention, "output_scale").map(output::withOutputScale).orElse(output))
            .withMask(mask(layer))
            .withScale(attention.positiveDecimal("scale", 1 / Math.sqrt(headDim)))
            .withSoftCap(attention.has("soft_cap") ? attention.positiveDecimal("soft_cap", 1) : 0);
    return withPositions(withNorms(described, own, heads, groups, headDim), own);
  }

  private QkvConfig projections(GenericNames own, int heads, int groups, int headDim) {
    int queryWidth = heads * headDim;
    int keyWidth = groups * headDim;
    Optional<LinearConfig> fused =
        own.linear(attention, "qkv_proj", "qkv_proj", hiddenSize, queryWidth + 2 * keyWidth);
    if (fused.isPresent()) {
      attention.require("qkv_layout", Set.of("blocks", "per_head"));
      boolean perHead = attention.text("qkv_layout", "blocks").equals("per_head");
      return new QkvConfig.Fused(
          fused.get(), perHead ? QkvConfig.Layout.PER_HEAD : QkvConfig.Layout.BLOCKS);
    }
    LinearConfig query = own.requiredLinear(attention, "q_proj", "q_proj", hiddenSize, queryWidth);
    Optional<LinearConfig> keyValue =
        own.linear(attention, "kv_proj", "kv_proj", hiddenSize, 2 * keyWidth);
    if (keyValue.isPresent()) {
      return new QkvConfig.Separate(
          query,
          keyValue.get().slice("k_proj", 0, keyWidth),
          keyValue.get().slice("v_proj", keyWidth, keyWidth));
    }
    return new QkvConfig.Separate(
        query,
        own.requiredLinear(attention, "k_proj", "k_proj", hiddenSize, keyWidth),
        own.requiredLinear(attention, "v_proj", "v_proj", hiddenSize, keyWidth));
  }

  private MaskConfig mask(int layer) {
    int window = Names.window(attention, 0);
    LayerTypes types = LayerTypes.read(attention, layers, index -> window > 0);
    types.requireWindow(attention, window);
    return new MaskConfig(attention.flag("causal", false), types.window(layer, window));
  }

  private AttentionConfig withNorms(
      AttentionConfig described, GenericNames own, int heads, int groups, int headDim) {
    boolean whole = attention.flag("whole_row_norms", false);
    Optional<NormConfig> query = own.norm(attention, "q_norm", whole ? heads * headDim : headDim);
    if (query.isEmpty()) {
      return described;
    }
    return described.withQueryKeyNorms(
        query.get(), own.requiredNorm(attention, "k_norm", whole ? groups * headDim : headDim));
  }

  private AttentionConfig withPositions(AttentionConfig described, GenericNames own) {
    if (positions.isEmpty()) {
      return described;
    }
    ConfigJson object = positions.get();
    return switch (object.text("type", "")) {
      case "rotary" -> {
        GenericNames.refuseOtherKeys(
            object,
            "type",
            "rope_theta",
            "partial_rotary_factor",
            "rope_scaling",
            "max_position_embeddings");
        yield described.withRotary(
            Rotary.partOfHeads(object, RopeParameters.read(object), described.headDim()));
      }
      case "alibi" -> {
        GenericNames.refuseOtherKeys(object, "type");
        yield described.withScoreBias(new ScoreBiasConfig.Alibi(described.heads()));
      }
      case "relative_buckets" -> {
        GenericNames.refuseOtherKeys(object, "type", "embedding", "buckets", "max_distance");
        yield described.withScoreBias(
            relativeBuckets(object, own, !described.mask().causal(), described.heads()));
      }
      default -> described;
    };
  }

  /** Buckets of T5, in both directions unless attention is causal. */
  static ScoreBiasConfig relativeBuckets(
      ConfigJson object, GenericNames own, boolean bidirectional, int heads) {
    int buckets = object.positiveInt("buckets", 32);
    int maxDistance = object.positiveInt("max_distance", 128);
    if (buckets < 4 || maxDistance <= buckets / 2) {
      object.unsupported("buckets", "expected 4 or more, and less than twice max_distance");
    }
    return new ScoreBiasConfig.RelativeBuckets(
        own.requiredTensor(object, "embedding"),
        buckets,
        buckets,
        bidirectional,
        maxDistance,
        heads);
  }

  private FeedForwardConfig feedForward(GenericNames own) {
    int width = feedForward.positiveInt("intermediate_size");
    LinearConfig plainDown =
        own.requiredLinear(feedForward, "down_proj", "down_proj", width, hiddenSize);
    LinearConfig down =
        own.tensor(feedForward, "output_scale").map(plainDown::withOutputScale).orElse(plainDown);
    Activation activation = Names.activation(feedForward, "activation", "gelu");
    Optional<LinearConfig> fused =
        own.linear(feedForward, "gate_up_proj", "gate_up_proj", hiddenSize, 2 * width);
    if (fused.isPresent()) {
      feedForward.require("gate_up_layout", Set.of("gate_first", "up_first"));
      boolean gateFirst = feedForward.text("gate_up_layout", "gate_first").equals("gate_first");
      return FeedForwardConfig.gated(
          fused.get().slice("gate_proj", gateFirst ? 0 : width, width),
          fused.get().slice("up_proj", gateFirst ? width : 0, width),
          activation,
          down);
    }
    LinearConfig up = own.requiredLinear(feedForward, "up_proj", "up_proj", hiddenSize, width);
    return own.linear(feedForward, "gate_proj", "gate_proj", hiddenSize, width)
        .map(gate -> FeedForwardConfig.gated(gate, up, activation, down))
        .orElseGet(() -> FeedForwardConfig.plain(up, activation, down));
  }
}
