package dev.headlight.jobs;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.MaskConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.RotaryConfig;
import dev.headlight.config.ScoreBiasConfig;
import dev.headlight.config.StackConfig;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says in words what an architecture is. Where blocks differ, all that occurs is named. */
final class ModelDescription {
  private ModelDescription() {}

  /** Properties of the model and each of its stacks, in the order in which they are shown. */
  static Map<String, String> of(ModelConfig config) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("family", config.family());
    for (StackConfig stack : config.stacks()) {
      String prefix = config.stacks().size() == 1 ? "" : stack.attention() + " ";
      stack(stack).forEach((name, value) -> lines.put(prefix + name, value));
    }
    return lines;
  }

  private static Map<String, String> stack(StackConfig stack) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("layers", Integer.toString(stack.blocks().size()));
    lines.put("hidden size", Integer.toString(stack.hiddenSize()));
    lines.put(
        "attention", all(operations(stack, AttentionConfig.class), ModelDescription::attention));
    lines.put(
        "feed-forward",
        all(operations(stack, FeedForwardConfig.class), ModelDescription::feedForward));
    lines.put("norms", norms(stack));
    lines.put("input", input(stack.embedding()));
    lines.put("positions", positions(stack));
    return lines;
  }

  private static <T> List<T> operations(StackConfig stack, Class<T> type) {
    return stack.blocks().stream()
        .flatMap(block -> block.sublayers().stream())
        .map(BlockConfig.Sublayer::operation)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private static <T> String all(List<T> parts, Function<T, String> description) {
    Set<String> different = new LinkedHashSet<>();
    parts.forEach(part -> different.add(description.apply(part)));
    return different.isEmpty() ? "none" : String.join("; ", different);
  }

  private static String attention(AttentionConfig attention) {
    String heads =
        attention.heads() == attention.keyValueHeads()
            ? "%d heads of width %d".formatted(attention.heads(), attention.headDim())
            : "%d query heads and %d key/value heads of width %d"
                .formatted(attention.heads(), attention.keyValueHeads(), attention.headDim());
    String kind = attention.cross() ? "cross-attention" : mask(attention.mask());
    String softCap = attention.softCap() > 0 ? ", scores capped at " + attention.softCap() : "";
    return heads + ", " + kind + softCap;
  }

  private static String mask(MaskConfig mask) {
    String direction = mask.causal() ? "causal" : "bidirectional";
    return mask.window() == 0 ? direction : direction + " with a window of " + mask.window();
  }

  private static String feedForward(FeedForwardConfig feedForward) {
    return "%d wide, %s%s"
        .formatted(
            feedForward.intermediateSize(),
            lower(feedForward.activation()),
            feedForward.gate().isPresent() ? ", gated" : "");
  }

  private static String norms(StackConfig stack) {
    Set<String> different = new LinkedHashSet<>();
    stack.blocks().stream()
        .flatMap(block -> block.sublayers().stream())
        .forEach(
            sublayer -> {
              sublayer.inputNorm().ifPresent(norm -> different.add("before, " + norm(norm)));
              sublayer.outputNorm().ifPresent(norm -> different.add("after, " + norm(norm)));
              sublayer
                  .residualNorm()
                  .ifPresent(norm -> different.add("after the residual, " + norm(norm)));
            });
    stack.finalNorm().ifPresent(norm -> different.add("at the end, " + norm(norm)));
    return String.join("; ", different);
  }

  private static String norm(NormConfig norm) {
    return lower(norm.kind());
  }

  private static String input(EmbeddingConfig embedding) {
    if (embedding instanceof EmbeddingConfig.Tokens tokens) {
      return "%s tokens%s%s"
          .formatted(
              Units.count(tokens.vocabulary()),
              tokens.width() == 0 ? "" : " of width " + tokens.width(),
              tokens
                  .tokenTypes()
                  .map(types -> ", %d token types".formatted(types.count()))
                  .orElse(""));
    }
    EmbeddingConfig.Patches patches = (EmbeddingConfig.Patches) embedding;
    return "images of %d x %d x %d in patches of %d x %d"
        .formatted(
            patches.channels(),
            patches.image().height(),
            patches.image().width(),
            patches.patch().height(),
            patches.patch().width());
  }

  private static String positions(StackConfig stack) {
    String longest =
        stack.maxPositions() == 0
            ? "no limit of the model's own"
            : "at most " + Units.count(stack.maxPositions());
    Stream<String> added =
        stack.embedding() instanceof EmbeddingConfig.Tokens tokens
                && tokens.positions() instanceof EmbeddingConfig.PositionEmbedding.None
            ? Stream.empty()
            : Stream.of("learned");
    Stream<String> inAttention =
        operations(stack, AttentionConfig.class).stream()
            .flatMap(
                attention ->
                    Stream.concat(
                        attention.rotary().map(ModelDescription::rotary).stream(),
                        attention.scoreBias().map(ModelDescription::scoreBias).stream()));
    return Stream.concat(Stream.of(longest), Stream.concat(added, inAttention))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String rotary(RotaryConfig rotary) {
    return "rotary (base %s, scaling %s)"
        .formatted(
            String.format(Locale.ROOT, "%.0f", rotary.parameters().theta()),
            rotary.parameters().scaling().getClass().getSimpleName().toLowerCase(Locale.ROOT));
  }

  private static String scoreBias(ScoreBiasConfig bias) {
    return bias instanceof ScoreBiasConfig.Alibi ? "ALiBi" : "relative bias";
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
