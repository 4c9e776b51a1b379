package dev.headlight.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.pipeline.RunComparison;
import dev.headlight.pipeline.compare.Limits;
import dev.headlight.pipeline.report.Report;
import java.io.IOException;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code compare}: how far two runs are apart. */
@Command(
    name = "compare",
    description =
        "Compares two runs over the same sequences: of other weights, another precision, fewer layers."
            + " Ends with 1 if a limit is exceeded.",
    sortOptions = false,
    versionProvider = Versions.class,
    mixinStandardHelpOptions = true)
final class CompareCommand implements HeadlightCommand {
  @Option(
      names = "--first",
      required = true,
      paramLabel = "URI",
      description = "Output folder of the run that is the measure")
  private String first;

  @Option(
      names = "--second",
      required = true,
      paramLabel = "URI",
      description = "Output folder of the run that is compared with it")
  private String second;

  @Mixin private final NewFolderOption output = new NewFolderOption();

  @Option(
      names = "--max-effect",
      paramLabel = "X",
      description =
          "Limit: how far the mean of any statistic of a head may move, in standard deviations of the"
              + " first run")
  private Double maxEffect;

  @Option(
      names = "--max-divergence",
      paramLabel = "X",
      description =
          "Limit: mean Jensen-Shannon divergence of any head's patterns, in nats. Both runs need the"
              + " output attentions.")
  private Double maxDivergence;

  @Option(
      names = "--min-cosine",
      paramLabel = "X",
      description = "Limit: cosine of the embeddings of all but 5 %% of the sequences")
  private Double minCosine;

  @Option(
      names = "--min-cka",
      paramLabel = "X",
      description = "Limit: linear CKA of the embeddings, of a sample of 1000 sequences")
  private Double minCka;

  @Mixin private final TableFormatOption format = new TableFormatOption();
  @Mixin private final CommandEnvironment environment;

  CompareCommand(Context context) {
    this.environment = new CommandEnvironment(context);
  }

  @Override
  public CommandEnvironment environment() {
    return environment;
  }

  @Override
  public void validate() {
    limits();
  }

  private Limits limits() {
    return new Limits(
        Optional.ofNullable(maxEffect),
        Optional.ofNullable(maxDivergence),
        Optional.ofNullable(minCosine),
        Optional.ofNullable(minCka));
  }

  @Override
  public Integer call() throws IOException {
    Limits limits = limits();
    try (SparkSession session = environment.open("compare")) {
      JsonNode found =
          RunComparison.run(session, first, second, output.uri(), format.name(), limits);
      ComparisonPrinter.print(found, environment.out());
      environment.out().println(OutputPaths.in(output.uri(), Report.FILE));
      environment.out().flush();
      return found.path("verdict").asText().equals("limits exceeded")
          ? ExitCode.LIMITS_EXCEEDED
          : ExitCode.DONE;
    }
  }
}
