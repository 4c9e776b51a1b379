package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.EncodingJob;
import dev.headlight.pipeline.HadoopFiles;
import dev.headlight.pipeline.RunOptions;
import dev.headlight.pipeline.RunOptions.Examples;
import dev.headlight.pipeline.RunResult;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: writes a model and a table, and does the whole job. */
@Command(
    name = "demo",
    description =
        "Writes a small trained model and a table of sequences, runs the one over the other, and shows what comes"
            + " out.",
    sortOptions = false,
    versionProvider = Versions.class,
    mixinStandardHelpOptions = true)
final class DemoCommand implements HeadlightCommand {
  /** Marks a folder whose content a demo has made, and a later one may replace. */
  private static final String MARK = "_headlight_demo";

  private static final int EXAMPLES = 8;

  @Option(
      names = "--output",
      paramLabel = "URI",
      defaultValue = "headlight-demo",
      description =
          "Folder for model, table and results; those of an earlier demo are replaced. Default:"
              + " ${DEFAULT-VALUE}.")
  private String output;

  @Option(
      names = "--sequences",
      paramLabel = "N",
      defaultValue = "4000",
      description = "Rows of the table. Default: ${DEFAULT-VALUE}.")
  private int sequences;

  @Mixin private final EncodingOptions encoding = new EncodingOptions();
  @Mixin private final CommandEnvironment environment;

  DemoCommand(Context context) {
    this.environment = new CommandEnvironment(context);
  }

  @Override
  public CommandEnvironment environment() {
    return environment;
  }

  @Override
  public void validate() {
    if (sequences < 1 || sequences > 1_000_000) {
      throw new ConfigurationException(
          "--sequences: expected 1 to 1000000, found %d".formatted(sequences));
    }
    runOptions().encoder().requireKnownNames();
  }

  private RunOptions runOptions() {
    return RunOptions.of(output + "/model", output + "/table", output + "/results")
        .keep(List.of("label"))
        .summaryBy("label")
        .examples(new Examples(EXAMPLES, List.of()))
        .report(true)
        .encoder(encoding::apply)
        .build();
  }

  @Override
  public Integer call() throws IOException {
    validate();
    RunOptions options = runOptions();
    try (SparkSession session = environment.open("demo")) {
      prepare(session.sparkContext().hadoopConfiguration());
      DemoCheckpoint.write(new Path(options.model()), session.sparkContext().hadoopConfiguration());
      DemoTable.write(session, new Path(options.input()), sequences);
      environment.out().printf("model    %s%ntable    %s%n", options.model(), options.input());
      environment.out().flush();
      EncodingJob job = EncodingJob.prepare(session, options);
      RunResult result = WatchedRun.run(job, session, environment.err());
      ResultPrinter.print(result, options, environment.out());
      SummaryPrinter.print(session, options.output(), options.format(), environment.out());
      return ExitCode.DONE;
    }
  }

  /** Empties the folder if a demo has made it. */
  private void prepare(Configuration configuration) throws IOException {
    Path folder = new Path(output);
    FileSystem files = HadoopFiles.fileSystem(folder, configuration);
    if (files.exists(folder)) {
      boolean empty = files.listStatus(folder).length == 0;
      if (!empty && !files.exists(new Path(folder, MARK))) {
        throw new ConfigurationException(
            "--output: expected no folder %s, or one of an earlier demo, found one with other content. Choose another."
                .formatted(output));
      }
      files.delete(folder, true);
    }
    files.mkdirs(folder);
    files.create(new Path(folder, MARK), true).close();
  }
}
