package dev.headlight.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The greatest counts that are believed of a configuration file, by the name of the key. They are
 * far beyond any model there is, and so small that three times heads x head width, or channels x
 * patch area, still fits an int.
 */
final class ConfigLimits {
  static final int OTHER = 1 << 24;

  private record Limit(Pattern keys, int greatest) {}

  private static final List<Limit> LIMITS =
      List.of(
          new Limit(Pattern.compile("(.*_)?layers?"), 10_000),
          new Limit(Pattern.compile("(.*_)?heads?(_kv)?"), 1 << 14),
          new Limit(Pattern.compile("(.*_)?head_dim|d_kv|image_size"), 1 << 14),
          new Limit(Pattern.compile("patch_size|num_channels"), 1 << 10),
          new Limit(
              Pattern.compile(
                  ".*(hidden|intermediate)_size|(.*_)?(dim|dimension)|d_model|d_ff|n_embd|n_inner"),
              1 << 20));

  private ConfigLimits() {}

  static int of(String key) {
    return LIMITS.stream()
        .filter(limit -> limit.keys().matcher(key).matches())
        .findFirst()
        .map(Limit::greatest)
        .orElse(OTHER);
  }
}
