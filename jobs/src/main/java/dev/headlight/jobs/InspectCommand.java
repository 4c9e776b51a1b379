package dev.headlight.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.families.CheckpointInspection;
import dev.headlight.pipeline.EncodingJob;
import dev.headlight.pipeline.HadoopCheckpointFolder;
import dev.headlight.pipeline.RunEstimate;
import dev.headlight.pipeline.RunOptions;
import dev.headlight.safetensors.CheckpointFolder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code inspect}: what a checkpoint is, and what a run would need. */
@Command(
    name = "inspect",
    description =
        "Tells what a checkpoint is: architecture, projections, parameters, memory, and everything that"
            + " keeps it from being used. With --input, also what a run would take, measured on a few"
            + " rows; nothing is written.",
    sortOptions = false,
    versionProvider = Versions.class,
    mixinStandardHelpOptions = true)
final class InspectCommand implements HeadlightCommand {
  @Mixin private final ModelOption model = new ModelOption();

  @Option(names = "--input", paramLabel = "URI", description = "Table to read a few rows of")
  private String input;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Mixin private final TableOptions table = new TableOptions();
  @Mixin private final EncodingOptions encoding = new EncodingOptions();
  @Mixin private final CommandEnvironment environment;

  InspectCommand(Context context) {
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

  /** Those of a run, whose output is not asked for. */
  private RunOptions runOptions() {
    String table = input == null ? "" : input;
    return this.table
        .apply(RunOptions.of(model.uri(), table, "unused"))
        .encoder(encoding::apply)
        .build();
  }

  @Override
  public Integer call() throws IOException {
    validate();
    RunOptions options = runOptions();
    SparkConf conf = new SparkConf();
    environment.sparkSettings().forEach(conf::setIfMissing);
    CheckpointFolder folder =
        HadoopCheckpointFolder.of(model.uri(), SparkHadoopUtil.get().newConfiguration(conf));
    CheckpointInspection inspection = CheckpointInspection.of(folder);
    InputDescription inputs =
        inspection.config().isPresent()
            ? InputDescription.of(folder, inspection.config().get())
            : new InputDescription(Map.of(), List.of());
    inspection = inspection.withProblems(inputs.problems());
    ObjectNode root = InspectionJson.of(model.uri(), inspection, inputs);
    if (!json) {
      InspectionPrinter.print(model.uri(), inspection, inputs, environment.out());
    }
    if (input != null && inspection.problems().isEmpty()) {
      RunEstimate estimate = estimate(options);
      root.set("plan", EstimatePrinter.json(estimate));
      if (!json) {
        EstimatePrinter.print(estimate, input, environment.out());
      }
    }
    if (json) {
      environment.out().println(Json.print(root));
    }
    return inspection.problems().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private RunEstimate estimate(RunOptions options) throws IOException {
    try (SparkSession session = environment.open("inspect")) {
      return EncodingJob.estimate(session, options);
    }
  }
}
