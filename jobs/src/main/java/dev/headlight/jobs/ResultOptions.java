package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.EncoderOptions;
import dev.headlight.pipeline.RunOptions;
import dev.headlight.pipeline.RunOptions.Examples;
import dev.headlight.pipeline.RunOptions.OnError;
import java.util.List;
import picocli.CommandLine.Option;

/** How results are written, and what becomes of bad rows. */
final class ResultOptions {
  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "Spark's name for the format of the tables written, one with nested columns. Default: parquet.")
  private String format;

  @Option(
      names = "--on-error",
      paramLabel = "quarantine|fail",
      description =
          "What becomes of bad rows: they are written to the table quarantine, or the first fails"
              + " the job. Default: quarantine.")
  private String onError;

  @Option(
      names = "--max-quarantined",
      paramLabel = "N",
      description =
          "With more rows quarantined the exit code is 3. The job is done all the same. Default: no"
              + " limit.")
  private Long maxQuarantined;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Tasks to divide the input into. Default: a number that fits the cluster.")
  private Integer partitions;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description =
          "Takes up a run with the same model and options that ended early: what it left is"
              + " replaced.")
  private Boolean resume;

  @Option(
      names = "--summary-by",
      paramLabel = "NAME",
      description =
          "A column that is kept, by whose values statistics are summed up, too, such as a language.")
  private String summaryBy;

  @Option(
      names = "--examples",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "Sequences whose attention weights are written to the table examples, out of those that"
              + " show most of what heads do; of at most --max-attention-tokens tokens. Default: ${DEFAULT-VALUE}.")
  private int examples;

  @Option(
      names = "--example-ids",
      paramLabel = "IDS",
      split = ",",
      description = "Further sequences for the table examples.")
  private List<String> exampleIds = List.of();

  @Option(
      names = "--report",
      arity = "0..1",
      fallbackValue = "true",
      defaultValue = "true",
      paramLabel = "true|false",
      description = "Whether to write report.html, a page to look at. Default: ${DEFAULT-VALUE}.")
  private boolean report;

  /**
   * The options for the library.
   *
   * @throws ConfigurationException if a value is none of an option's, or not implemented
   */
  RunOptions.Builder apply(RunOptions.Builder builder) {
    if (maxQuarantined != null && maxQuarantined < 0) {
      throw new ConfigurationException(
          "--max-quarantined: expected a number of 0 or more, found %d".formatted(maxQuarantined));
    }
    if (format != null) {
      builder.format(format);
    }
    if (onError != null) {
      builder.onError(EncoderOptions.parse(OnError.class, "on-error", onError));
    }
    if (partitions != null) {
      builder.partitions(partitions);
    }
    if (resume != null) {
      builder.resume(resume);
    }
    if (summaryBy != null) {
      builder.summaryBy(summaryBy);
    }
    return builder
        .examples(new Examples(examples, EncodingOptions.stripped(exampleIds)))
        .report(report);
  }

  /** Whether so many rows may be quarantined. */
  boolean allows(long quarantined) {
    return maxQuarantined == null || quarantined <= maxQuarantined;
  }

  /** The limit that was set. */
  long maxQuarantined() {
    return maxQuarantined;
  }
}
