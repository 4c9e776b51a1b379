package dev.headlight.families;

import dev.headlight.config.Activation;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.RopeParameters;
import dev.headlight.config.RopeScaling;
import dev.headlight.config.RotaryConfig;
import java.util.Map;
import java.util.Set;

/**
 * Settings of a NomicBERT checkpoint, from either form of {@code config.json}: that of
 * transformers, or that of the first releases, which follows GPT-2's.
 *
 * @param qkvBias of q, k, v and o
 * @param gateUpBias of gate and up
 */
record NomicBertSettings(
    int hiddenSize,
    int layers,
    int heads,
    int headDim,
    int intermediateSize,
    int tokenTypes,
    int maxPositions,
    double epsilon,
    Activation activation,
    RotaryConfig rotary,
    Bias qkvBias,
    Bias gateUpBias,
    Bias downBias) {
  private static final RopeParameters.Defaults ROPE = new RopeParameters.Defaults(1000, 1);

  /** Activations of gated layers, by the names of the first form. */
  private static final Map<String, Activation> GATES =
      Map.of("swiglu", Activation.SILU, "geglu", Activation.GELU, "glu", Activation.SIGMOID);

  static NomicBertSettings read(ConfigJson config) {
    return config.has("n_embd") ? ofFirstForm(config) : ofTransformers(config);
  }

  private static NomicBertSettings ofTransformers(ConfigJson config) {
    int width = config.positiveInt("hidden_size");
    int heads = config.positiveInt("num_attention_heads");
    int headDim =
        config.has("head_dim")
            ? config.positiveInt("head_dim")
            : Names.headDim(config, width, heads);
    return new NomicBertSettings(
        width,
        config.positiveInt("num_hidden_layers"),
        heads,
        headDim,
        config.positiveInt("intermediate_size"),
        config.positiveInt("type_vocab_size", 2),
        config.positiveInt("max_position_embeddings", 2048),
        config.decimal("layer_norm_eps", 1e-12),
        Names.activation(config, "hidden_act", "silu"),
        Rotary.wholeHeads(config, RopeParameters.read(config, ROPE), headDim),
        Bias.ABSENT,
        Bias.ABSENT,
        Bias.ABSENT);
  }

  private static NomicBertSettings ofFirstForm(ConfigJson config) {
    refuseOtherArchitectures(config);
    int width = config.positiveInt("n_embd");
    int heads = config.positiveInt("n_head");
    int headDim = Names.headDim(config, "n_head", width, heads);
    config.require("activation_function", GATES.keySet());
    return new NomicBertSettings(
        width,
        config.positiveInt("n_layer"),
        heads,
        headDim,
        config.positiveInt("n_inner"),
        config.positiveInt("type_vocab_size", 2),
        config.positiveInt("n_positions"),
        config.decimal("layer_norm_epsilon", 1e-5),
        GATES.getOrDefault(config.text("activation_function", "swiglu"), Activation.SILU),
        Rotary.partOfHeads(config, ropeOfFirstForm(config), headDim),
        Names.bias(config, "qkv_proj_bias", true),
        Names.bias(config, "mlp_fc1_bias", true),
        Names.bias(config, "mlp_fc2_bias", true));
  }

  private static void refuseOtherArchitectures(ConfigJson config) {
    for (String flag :
        Set.of(
            "prenorm",
            "parallel_block",
            "use_rms_norm",
            "causal",
            "rotary_emb_interleaved",
            "scale_attn_by_inverse_layer_idx")) {
      config.require(flag, Set.of(false));
    }
    config.require("scale_attn_weights", Set.of(true));
    config.require("moe_every_n_layers", Set.of(0));
    if (config.has("rotary_emb_scale_base")) {
      config.unsupported("rotary_emb_scale_base", "decaying rotary embedding is not implemented");
    }
  }

  private static RopeParameters ropeOfFirstForm(ConfigJson config) {
    RopeScaling scaling =
        config.decimal("rotary_scaling_factor", 0) == 0
            ? new RopeScaling.Default()
            : new RopeScaling.Dynamic(
                config.positiveDecimal("rotary_scaling_factor", 1),
                config.positiveInt("max_trained_positions", 2048));
    return new RopeParameters(
        config.positiveDecimal("rotary_emb_base", ROPE.theta()),
        config.positiveDecimal("rotary_emb_fraction", 1),
        scaling);
  }
}
