package dev.headlight.jobs;

import dev.headlight.pipeline.EmbeddingFormat;
import dev.headlight.pipeline.EmbeddingFormat.Precision;
import dev.headlight.pipeline.EncoderOptions;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How hidden states become embeddings. What is not given is as the checkpoint says. */
final class EmbeddingChoices {
  @Option(
      names = "--pooling",
      paramLabel = "NAMES",
      description =
          "How hidden states become an embedding: auto (as the folder's 1_Pooling says, else what the"
              + " family is known for), or one or more of cls, max, mean, mean_sqrt_len_tokens,"
              + " weightedmean, lasttoken, whose vectors are put one after the other. Default: auto.")
  private String pooling;

  @Option(
      names = "--prompt-name",
      paramLabel = "NAME",
      description =
          "Which of the checkpoint's prompts stands before each text. Default: its default prompt.")
  private String promptName;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "Text that stands before each text, instead of a prompt of the checkpoint.")
  private String prompt;

  @Option(
      names = "--normalize",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Scales embeddings to length 1.")
  private Boolean normalize;

  @Option(
      names = "--truncate-dim",
      paramLabel = "N",
      description = "Cuts embeddings to their first N values.")
  private Integer truncateDim;

  @Option(
      names = "--embedding-precision",
      paramLabel = "NAME",
      description =
          "What embeddings are written as: float, int8, uint8, binary, ubinary, as sentence-transformers"
              + " quantizes them. Default: float.")
  private String precision;

  @Option(
      names = "--embedding-ranges",
      paramLabel = "URI",
      description =
          "File with the range of each dimension for int8 and uint8, such as embedding_ranges.json of"
              + " another run. Default: the ranges of this run's embeddings.")
  private String ranges;

  EncoderOptions.Builder apply(EncoderOptions.Builder builder) {
    if (pooling != null) {
      builder.pooling(pooling);
    }
    if (promptName != null) {
      builder.promptName(promptName);
    }
    if (prompt != null) {
      builder.prompt(prompt);
    }
    if (normalize != null) {
      builder.normalize(normalize);
    }
    if (truncateDim != null) {
      builder.truncateDim(truncateDim);
    }
    Precision wanted =
        precision == null
            ? Precision.FLOAT
            : EncoderOptions.parse(Precision.class, "embedding-precision", precision);
    return builder.embeddingFormat(new EmbeddingFormat(wanted, Optional.ofNullable(ranges)));
  }
}
