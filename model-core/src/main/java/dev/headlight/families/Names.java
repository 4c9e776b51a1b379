package dev.headlight.families;

import dev.headlight.config.Activation;
import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig.PositionEmbedding;
import dev.headlight.config.LinearConfig.Bias;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
    if (hiddenSize % heads != 0) {
      config.unsupported(
          "num_attention_heads",
          "hidden size " + hiddenSize + " is not a multiple of " + heads + " heads");
    }
    return Math.max(1, hiddenSize / heads);
  }

  /** Positions counted from 0. */
  static PositionEmbedding positionsFromZero(String weight, int count) {
    return new PositionEmbedding.Learned(weight, count, 0, -1);
  }
}
