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
  @Option(
      names = "--input",
      required = true,
      paramLabel = "URI",
      description = "Output folder of a run; the report is written into it")
  private String input;

  @Mixin private final TableFormatOption format = new TableFormatOption();

  @Mixin private final CommandEnvironment environment;

  ReportCommand(Context context) {
    this.environment = new CommandEnvironment(context);
  }

  @Override
  public CommandEnvironment environment() {
    return environment;
  }

  @Override
  public Integer call() throws IOException {
    try (SparkSession session = environment.open("report")) {
      RunTables.report(session, input, format.name());
      environment.out().println(OutputPaths.in(input, Report.FILE));
      environment.out().flush();
      return ExitCode.DONE;
    }
  }
}
