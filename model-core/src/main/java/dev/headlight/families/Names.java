package dev.headlight.families;

import dev.headlight.config.Activation;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig.PositionEmbedding;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.MaskConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What several families share in reading names and configuration. */
final class Names {
  /** Heads for tasks, on top of what the model computes. */
  private static final List<String> HEADS =
      List.of(
          "lm_head\\..*",
          "cls\\..*",
          "(.*\\.)?pooler\\..*",
          "classifier\\..*",
          "score\\..*",
          "qa_outputs\\..*",
          "(.*\\.)?position_ids",
          "(.*\\.)?rotary_emb\\.inv_freq");

  private Names() {}

  /**
   * The prefix of the base model's tensors: {@code prefix}, or nothing if a checkpoint of the base
   * model has none.
   *
   * @param probe a tensor every checkpoint of the family has, without prefix
   */
  static String prefix(Set<String> tensors, String prefix, String probe) {
    return tensors.contains(prefix + probe) || !tensors.contains(probe) ? prefix : "";
  }

  /**
   * The first of several prefixes that the base model's tensors have, or the usual one if they have
   * none of them.
   *
   * @param probe a tensor every checkpoint of the family has, without prefix
   */
  static String prefix(Set<String> tensors, String usual, String probe, String... others) {
    return Stream.concat(Stream.of(usual), Stream.of(others))
        .filter(prefix -> tensors.contains(prefix + probe))
        .findFirst()
        .orElse(usual);
  }

  /** Patterns of tensors that are not needed: those of all families and these. */
  static List<String> ignoring(String... patterns) {
    List<String> all = new ArrayList<>(HEADS);
    all.addAll(List.of(patterns));
    return all;
  }

  /** Reads the activation function, and reports one that is not implemented. */
  static Activation activation(ConfigJson config, String key, String defaultName) {
    String name = config.text(key, defaultName);
    return Activation.named(name)
        .orElseGet(
            () -> {
              config.unsupported(
                  key, "'" + name + "' is not implemented; implemented are " + Activation.names());
              return Activation.NONE;
            });
  }

  static Bias bias(ConfigJson config, String key, boolean defaultValue) {
    return Bias.of(config.flag(key, defaultValue));
  }

  /** k where configurations do not name it: d / h, which must be whole. */
  static int headDim(ConfigJson config, int hiddenSize, int heads) {
    return headDim(config, "num_attention_heads", hiddenSize, heads);
  }

  static int headDim(ConfigJson config, String headsKey, int hiddenSize, int heads) {
    if (hiddenSize % heads != 0) {
      config.unsupported(
          headsKey, "hidden size " + hiddenSize + " is not a multiple of " + heads + " heads");
    }
    return Math.max(1, hiddenSize / heads);
  }

  /** Positions counted from 0. */
  static PositionEmbedding positionsFromZero(String weight, int count) {
    return new PositionEmbedding.Learned(weight, count, 0, -1);
  }

  /**
   * Positions counted from behind the padding id, which padding tokens keep as theirs (RoBERTa).
   */
  static PositionEmbedding positionsAfterPadding(
      ConfigJson config, String weight, int count, int paddingId) {
    if (paddingId < 0 || paddingId + 1 >= count) {
      config.unsupported(
          "pad_token_id",
          "positions start behind it, so that it must be from 0 to max_position_embeddings - 2,"
              + " which is "
              + (count - 2));
    }
    return new PositionEmbedding.Learned(weight, count, paddingId + 1, paddingId);
  }

  /** An encoder's mask: every token sees every token. */
  static MaskConfig encoderMask() {
    return MaskConfig.BIDIRECTIONAL;
  }

  /** A decoder's mask: causal, unless the configuration turns it off as transformers 5 allows. */
  static MaskConfig decoderMask(ConfigJson config) {
    return decoderMask(config, 0);
  }

  /**
   * A decoder's mask with a sliding window.
   *
   * @param window 0 for none
   */
  static MaskConfig decoderMask(ConfigJson config, int window) {
    return new MaskConfig(config.flag("is_causal", true), window);
  }

  /**
   * The value of {@code sliding_window}: 0 for none, which an explicit null stands for.
   *
   * @param ifSilent the window of a file without the key
   */
  static int window(ConfigJson config, int ifSilent) {
    String key = "sliding_window";
    return config.has(key) ? config.positiveInt(key) : config.declares(key) ? 0 : ifSilent;
  }

  /**
   * Reports a flag of the first two Gemma releases whose effect depends on the kernels that the
   * checkpoint's own code runs on.
   */
  static void refuseBidirectional(ConfigJson config) {
    if (config.flag("use_bidirectional_attention", false)) {
      config.unsupported(
          "use_bidirectional_attention", "implemented only for models of type gemma3_text");
    }
  }

  /** Reports cross-attention in a model that is run without an encoder. */
  static void refuseCrossAttention(ConfigJson config) {
    if (config.flag("add_cross_attention", false)) {
      config.unsupported("add_cross_attention", "there is no encoder here to attend to");
    }
  }
}
