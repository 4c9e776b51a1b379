package dev.headlight.jobs;

import dev.headlight.pipeline.EncoderOptions;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code bench} computes of every sequence, and how. */
final class BenchEncodingOptions {
  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "fp32",
      description = "Precision of matrix products: fp32, bf16 or int8. Default: ${DEFAULT-VALUE}.")
  private String precision;

  @Option(
      names = "--kernels",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "Kernels: auto, nd4j or onednn. Default: ${DEFAULT-VALUE}.")
  private String kernels;

  @Option(
      names = "--statistics",
      paramLabel = "GROUPS",
      split = ",",
      description = "default, all, none, or groups of statistics. Default: default.")
  private List<String> statistics = List.of("default");

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      defaultValue = "0",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Tokens to compute at once. Default: a number that fits the model's width.")
  private int batchTokens;

  EncoderOptions.Builder apply(EncoderOptions.Builder builder) {
    return builder
        .precision(precision)
        .kernels(kernels)
        .statistics(EncodingOptions.stripped(statistics))
        .batchTokens(batchTokens);
  }
}
