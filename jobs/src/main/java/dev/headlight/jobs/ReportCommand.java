package dev.headlight.jobs;

import dev.headlight.pipeline.RunTables;
import dev.headlight.pipeline.report.Report;
import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code report}: the HTML report of a run again. */
@Command(
    name = "report",
    description = "Writes report.html of a run again, from the tables the run has written.",
    sortOptions = false,
    versionProvider = Versions.class,
    mixinStandardHelpOptions = true)
final class ReportCommand implements HeadlightCommand {
  private final Context context;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "URI",
      description = "Output folder of a run; the report is written into it")
  private String input;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description = "Spark's name for the format of the run's tables. Default: ${DEFAULT-VALUE}.")
  private String format;

  @Mixin private final SparkOptions spark = new SparkOptions();

  ReportCommand(Context context) {
    this.context = context;
  }

  @Override
  public Context context() {
    return context;
  }

  @Override
  public SparkOptions sparkOptions() {
    return spark;
  }

  @Override
  public Integer call() throws IOException {
    try (SparkSession session = Sessions.open("headlight report", spark, context.file())) {
      RunTables.report(session, input, format);
      context.out().printf("%s/%s%n", input.replaceFirst("/+$", ""), Report.FILE);
      context.out().flush();
      return ExitCode.DONE;
    }
  }
}
