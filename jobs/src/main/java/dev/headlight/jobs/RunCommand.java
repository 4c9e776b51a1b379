package dev.headlight.jobs;

import dev.headlight.pipeline.EncodingJob;
import dev.headlight.pipeline.RunOptions;
import dev.headlight.pipeline.RunResult;
import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: the main job. */
@Command(
    name = "run",
    description =
        "Runs a checkpoint over a table: embeddings, hidden states and statistics of every sequence.",
    sortOptions = false,
    versionProvider = Versions.class,
    mixinStandardHelpOptions = true)
final class RunCommand implements HeadlightCommand {
  @Mixin private final ModelOption model = new ModelOption();

  @Option(names = "--input", required = true, paramLabel = "URI", description = "Table to read")
  private String input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "URI",
      description = "Folder to write the tables into; must not exist or be empty")
  private String output;

  @Mixin private final TableOptions table = new TableOptions();
  @Mixin private final EncodingOptions encoding = new EncodingOptions();
  @Mixin private final ResultOptions results = new ResultOptions();
  @Mixin private final CommandEnvironment environment;

  RunCommand(Context context) {
    this.environment = new CommandEnvironment(context);
  }

  @Override
  public CommandEnvironment environment() {
    return environment;
  }

  @Override
  public void validate() {
    runOptions().encoder().requireKnownNames();
  }

  private RunOptions runOptions() {
    return results
        .apply(table.apply(RunOptions.of(model.uri(), input, output)))
        .encoder(encoding::apply)
        .build();
  }

  @Override
  public Integer call() throws IOException {
    validate();
    RunOptions options = runOptions();
    try (SparkSession session = environment.open("run")) {
      EncodingJob job = EncodingJob.prepare(session, options);
      RunResult result = WatchedRun.run(job, session, environment.err());
      ResultPrinter.print(result, options, environment.out());
      if (!results.allows(result.quarantined())) {
        environment
            .err()
            .printf(
                "headlight: %s rows were quarantined, --max-quarantined allows %s. Their reasons are in %s/%s.%n",
                Units.count(result.quarantined()),
                Units.count(results.maxQuarantined()),
                output,
                EncodingJob.QUARANTINE);
        return ExitCode.QUARANTINED;
      }
      return ExitCode.DONE;
    }
  }
}
