package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.EncoderOptions;
import dev.headlight.pipeline.RunTables;
import dev.headlight.pipeline.SummaryOptions;
import dev.headlight.pipeline.SummaryOptions.OnRepeated;
import dev.headlight.pipeline.report.Report;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code summarize}: summaries again, or of several runs together. */
@Command(
    name = "summarize",
    description =
        "Sums up what runs have written, again or several together, without the model: summary, atlas,"
            + " report.",
    sortOptions = false,
    versionProvider = Versions.class,
    mixinStandardHelpOptions = true)
final class SummarizeCommand implements HeadlightCommand {
  private static final String SEQUENCES = "sequences";
  private static final String SUMMARIES = "summaries";

  @Option(
      names = "--input",
      required = true,
      split = ",",
      paramLabel = "URIS",
      description = "Output folders of runs of one model over different sequences")
  private List<String> inputs;

  @Mixin private final NewFolderOption output = new NewFolderOption();

  @Option(
      names = "--from",
      paramLabel = "sequences|summaries",
      description =
          "What to read: the sequences again, or the summaries of the runs, which are merged. Default:"
              + " sequences of one run, summaries of several.")
  private String from;

  @Option(
      names = "--summary-by",
      paramLabel = "NAME",
      description =
          "A column of the sequences by whose values they are summed up, too. Needs --from"
              + " sequences.")
  private String summaryBy;

  @Option(
      names = "--max-attention-tokens",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "Longest sequence that is named as an example of high values. Default: ${DEFAULT-VALUE}.")
  private int exampleTokens;

  @Option(
      names = "--on-repeated",
      paramLabel = "fail|merge",
      defaultValue = "fail",
      description =
          "What becomes of separate runs over the same sequences: they are refused, or merged, which"
              + " counts each sequence as often as there are runs. Default: ${DEFAULT-VALUE}.")
  private String onRepeated;

  @Mixin private final TableFormatOption format = new TableFormatOption();

  @Option(
      names = "--report",
      arity = "0..1",
      fallbackValue = "true",
      defaultValue = "true",
      paramLabel = "true|false",
      description = "Whether to write report.html. Default: ${DEFAULT-VALUE}.")
  private boolean report;

  @Mixin private final CommandEnvironment environment;

  SummarizeCommand(Context context) {
    this.environment = new CommandEnvironment(context);
  }

  @Override
  public CommandEnvironment environment() {
    return environment;
  }

  @Override
  public void validate() {
    onRepeated();
    if (from != null && !from.equals(SEQUENCES) && !from.equals(SUMMARIES)) {
      throw new ConfigurationException(
          "--from: expected sequences or summaries, found '%s'".formatted(from));
    }
    if (summaryBy != null && !fromSequences()) {
      throw new ConfigurationException(
          "--summary-by: expected --from sequences beside it, since summaries hold no columns of the"
              + " sequences, found --from summaries");
    }
  }

  private OnRepeated onRepeated() {
    return EncoderOptions.parse(OnRepeated.class, "--on-repeated", onRepeated);
  }

  private boolean fromSequences() {
    return from == null ? inputs.size() == 1 || summaryBy != null : from.equals(SEQUENCES);
  }

  @Override
  public Integer call() throws IOException {
    validate();
    try (SparkSession session = environment.open("summarize")) {
      RunTables.summarize(
          session,
          EncodingOptions.stripped(inputs),
          output.uri(),
          format.name(),
          new SummaryOptions(
              fromSequences(), Optional.ofNullable(summaryBy), exampleTokens, onRepeated()));
      if (report) {
        RunTables.report(session, output.uri(), format.name());
        environment.out().println(OutputPaths.in(output.uri(), Report.FILE));
      }
      SummaryPrinter.print(session, output.uri(), format.name(), environment.out());
      return ExitCode.DONE;
    }
  }
}
