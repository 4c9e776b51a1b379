package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.EncoderOptions;
import dev.headlight.pipeline.EncoderOptions.MatrixFormat;
import dev.headlight.pipeline.EncoderOptions.OnTooLong;
import dev.headlight.pipeline.EncoderOptions.WeightsDistribution;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is computed of every row, and how. What is not given keeps the library's default. */
final class EncodingOptions {
  private static final Pattern LAYERS = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");
  private static final int MOST_LAYERS = 100_000;

  @Option(
      names = "--outputs",
      paramLabel = "NAMES",
      split = ",",
      description = {
        "What to compute. Default: embedding,attention_statistics,layer_statistics. There are also"
            + " last_hidden_state, hidden_states, token_statistics, head_divergence, rollout,"
            + " attentions."
      })
  private List<String> outputs;

  @Option(
      names = "--statistics",
      paramLabel = "GROUPS",
      split = ",",
      description =
          "default, all, none, or groups of statistics: shape, position, copying, special, lookback,"
              + " pixels, norms, layers, updates; and those that are outputs of their own,"
              + " token_statistics, head_divergence, rollout. Default: shape, position, copying,"
              + " special, layers.")
  private List<String> statistics;

  @Option(
      names = "--layers",
      paramLabel = "LIST",
      description =
          "Layers whose statistics and hidden states are wanted: all, or numbers from 0 such as"
              + " 0,4-7. Default: all.")
  private String layers;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description = "Precision of matrix products: fp32, bf16 or int8. Default: fp32.")
  private String precision;

  @Option(
      names = "--kernels",
      paramLabel = "NAME",
      description = "Kernels: auto, nd4j or onednn. Default: auto.")
  private String kernels;

  @Mixin private final EmbeddingChoices embedding = new EmbeddingChoices();

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Longest sequence in tokens. Default: the model's own limit.")
  private Integer maxTokens;

  @Option(
      names = "--on-too-long",
      paramLabel = "truncate|error|window",
      description =
          "What becomes of longer sequences: they are cut, or quarantined, or, if they are texts,"
              + " read as overlapping windows and pooled. Default: truncate.")
  private String onTooLong;

  @Option(
      names = "--window-overlap",
      paramLabel = "N",
      description =
          "Tokens that each window repeats of the one before. Default: an eighth of a window.")
  private Integer windowOverlap;

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      description = "Tokens to compute at once. Default: a number that fits the model's width.")
  private Integer batchTokens;

  @Option(
      names = "--matrix-format",
      paramLabel = "array|binary",
      description =
          "How hidden states are written: nested arrays, or float32 as bytes, which is four times"
              + " faster. Default: array.")
  private String matrixFormat;

  @Option(
      names = "--max-attention-tokens",
      paramLabel = "N",
      description =
          "Sequences with more tokens get no attentions, of which there are layers x heads x tokens"
              + " x tokens. Default: 256.")
  private Integer maxAttentionTokens;

  @Option(
      names = "--weights-distribution",
      paramLabel = "broadcast|file",
      description =
          "How executors get the weights: from the driver, or by reading the checkpoint themselves."
              + " Default: broadcast.")
  private String weightsDistribution;

  /**
   * The options for the library.
   *
   * @throws ConfigurationException if a value is none of an option's
   */
  EncoderOptions.Builder apply(EncoderOptions.Builder builder) {
    if (outputs != null) {
      builder.outputs(stripped(outputs));
    }
    if (statistics != null) {
      builder.statistics(stripped(statistics));
    }
    if (layers != null) {
      builder.layers(layers(layers));
    }
    if (precision != null) {
      builder.precision(precision);
    }
    if (kernels != null) {
      builder.kernels(kernels);
    }
    if (maxAttentionTokens != null) {
      builder.maxAttentionTokens(maxAttentionTokens);
    }
    if (weightsDistribution != null) {
      builder.weights(
          EncoderOptions.parse(
              WeightsDistribution.class, "weights-distribution", weightsDistribution));
    }
    return applyLengths(embedding.apply(builder));
  }

  private EncoderOptions.Builder applyLengths(EncoderOptions.Builder builder) {
    if (maxTokens != null) {
      builder.maxTokens(maxTokens);
    }
    if (onTooLong != null) {
      builder.onTooLong(EncoderOptions.parse(OnTooLong.class, "on-too-long", onTooLong));
    }
    if (windowOverlap != null) {
      if (windowOverlap < 0) {
        throw new ConfigurationException(
            "window-overlap: expected a number of 0 or more, found %d".formatted(windowOverlap));
      }
      builder.windowOverlap(windowOverlap);
    }
    if (batchTokens != null) {
      builder.batchTokens(batchTokens);
    }
    if (matrixFormat != null) {
      builder.matrixFormat(EncoderOptions.parse(MatrixFormat.class, "matrix-format", matrixFormat));
    }
    return builder;
  }

  static List<String> stripped(List<String> names) {
    return names.stream().map(String::strip).toList();
  }

  /** {@code 0,4-6} as 0, 4, 5, 6; {@code all} as an empty list. */
  static List<Integer> layers(String text) {
    List<Integer> layers = new ArrayList<>();
    if (text.strip().equals("all")) {
      return layers;
    }
    for (String part : text.split(",", -1)) {
      Matcher matcher = LAYERS.matcher(part.strip());
      int first = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
      int last = first < 0 || matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
      if (first < 0 || last < first || last > MOST_LAYERS) {
        throw new ConfigurationException(
            "layers: expected all, or numbers and ranges from 0 such as 0,4-7, found '%s'"
                .formatted(text));
      }
      IntStream.rangeClosed(first, last).filter(i -> !layers.contains(i)).forEach(layers::add);
    }
    return layers;
  }
}
