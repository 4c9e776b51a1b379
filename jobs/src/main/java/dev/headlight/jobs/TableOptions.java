package dev.headlight.jobs;

import dev.headlight.pipeline.InputOptions;
import dev.headlight.pipeline.RunOptions;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the input table is read. */
final class TableOptions {
  @Option(
      names = "--input-format",
      paramLabel = "NAME",
      description = "Spark's name for the format of the input. Default: parquet.")
  private String format;

  @Option(
      names = "--input-type",
      paramLabel = "NAME",
      description =
          "What the input column holds: auto, text, tokens, embeddings, image, pixel_values."
              + " Default: auto.")
  private String type;

  @Option(
      names = "--input-column",
      paramLabel = "NAME",
      description =
          "The input column. Default: the one named text, input_ids, embeddings, inputs_embeds, image or"
              + " pixel_values.")
  private String column;

  @Option(
      names = "--pair-column",
      paramLabel = "NAME",
      description =
          "The second text, for models that read pairs. Default: text_pair, if it is there.")
  private String pairColumn;

  @Option(
      names = "--id-column",
      paramLabel = "NAME",
      description =
          "The column that names rows. Default: id; without one, ids are made of file and row.")
  private String idColumn;

  @Option(
      names = "--keep",
      paramLabel = "NAMES",
      split = ",",
      description = "Columns of the input to take over into the output.")
  private List<String> keep;

  RunOptions.Builder apply(RunOptions.Builder builder) {
    if (format != null) {
      builder.inputFormat(format);
    }
    builder.inputOptions(
        new InputOptions(
            type == null ? "auto" : type,
            Optional.ofNullable(column),
            Optional.ofNullable(pairColumn)));
    if (idColumn != null) {
      builder.idColumn(idColumn);
    }
    if (keep != null) {
      builder.keep(EncodingOptions.stripped(keep));
    }
    return builder;
  }
}
