package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.StackConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A checkpoint of none of the families, which its owner describes in {@code headlight.json}:
 * layout, settings and names of tensors. The format is in {@code docs/generic-checkpoints.md}.
 */
final class Generic implements Family {
  private static final Map<String, NormConfig.Kind> NORMS =
      Map.of(
          "layer_norm", NormConfig.Kind.LAYER,
          "rms_norm", NormConfig.Kind.RMS,
          "rms_norm_unit_offset", NormConfig.Kind.RMS_UNIT_OFFSET);

  private static final Set<String> POSITIONS =
      Set.of(
          "none",
          "learned",
          "sinusoidal",
          "sinusoidal_interleaved",
          "rotary",
          "alibi",
          "relative_buckets");

  @Override
  public Set<String> modelTypes() {
    return Set.of("generic");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    refuseOtherKeys(config);
    GenericNames names = names(config, tensors);
    int width = config.positiveInt("hidden_size");
    Optional<ConfigJson> positions = config.object("positions");
    positions.ifPresent(object -> object.require("type", POSITIONS));
    EmbeddingConfig embedding =
        new GenericInput(required(config, "input"), positions, names, width).describe();
    GenericBlocks blocks =
        new GenericBlocks(
            required(config, "attention"),
            required(config, "feed_forward"),
            config.object("block"),
            positions,
            names,
            width,
            config.positiveInt("num_layers"));
    StackConfig stack =
        new StackConfig(
            "self",
            width,
            embedding,
            blocks.describe(),
            names.norm(config, "final_norm", width),
            config.has("max_positions") ? config.positiveInt("max_positions") : 0);
    return new ModelConfig(
        config.text("name", "generic"),
        stack,
        Optional.empty(),
        pooling(config, embedding),
        ignored(config));
  }

  private static void refuseOtherKeys(ConfigJson config) {
    GenericNames.refuseOtherKeys(
        config,
        "model_type",
        "name",
        "hidden_size",
        "num_layers",
        "max_positions",
        "norm_type",
        "norm_eps",
        "transposed_projections",
        "input",
        "positions",
        "block",
        "attention",
        "feed_forward",
        "final_norm",
        "pooling",
        "ignored_tensors");
  }

  private static GenericNames names(ConfigJson config, Set<String> tensors) {
    config.require("norm_type", NORMS.keySet());
    NormConfig.Kind norm =
        NORMS.getOrDefault(config.text("norm_type", "layer_norm"), NormConfig.Kind.LAYER);
    return new GenericNames(
        tensors,
        new GenericNames.Norms(norm, config.decimal("norm_eps", 1e-5)),
        config.flag("transposed_projections", false),
        -1);
  }

  private static ConfigJson required(ConfigJson config, String key) {
    return config
        .object(key)
        .orElseGet(
            () -> {
              config.unsupported(key, "expected an object, see docs/generic-checkpoints.md");
              return ConfigJson.parse(config.location(), "{}");
            });
  }

  private static String pooling(ConfigJson config, EmbeddingConfig embedding) {
    config.require("pooling", Set.of("cls", "mean", "lasttoken"));
    boolean classToken =
        embedding instanceof EmbeddingConfig.Patches patches && !patches.leadingTokens().isEmpty();
    return config.text("pooling", classToken ? "cls" : "mean");
  }

  /** The description lists beginnings of names. */
  private static List<String> ignored(ConfigJson config) {
    return config.texts("ignored_tensors").stream()
        .map(prefix -> Pattern.quote(prefix) + ".*")
        .toList();
  }
}
