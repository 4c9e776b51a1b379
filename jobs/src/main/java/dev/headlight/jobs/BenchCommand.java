package dev.headlight.jobs;

import dev.headlight.pipeline.Benchmark;
import dev.headlight.pipeline.BenchmarkOptions;
import dev.headlight.pipeline.BenchmarkReport;
import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.EncoderOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench}: how fast a checkpoint runs here. */
@Command(
    name = "bench",
    description =
        "Measures how many tokens of random sequences a checkpoint computes in a second on this machine,"
            + " without Spark. Loading of the model and a warm-up are not timed.",
    sortOptions = false,
    versionProvider = Versions.class,
    mixinStandardHelpOptions = true)
final class BenchCommand implements HeadlightCommand {
  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--lengths",
      split = ",",
      paramLabel = "LIST",
      description = "Tokens of the sequences: a number, or several that take turns, such as 8,128.")
  private List<Integer> lengths = List.of();

  @Option(
      names = "--lengths-file",
      paramLabel = "FILE",
      description = "File with the tokens of a sequence on each line, instead of --lengths.")
  private Path lengthsFile;

  @Option(
      names = "--sequences",
      paramLabel = "N",
      defaultValue = "0",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description =
          "Number of sequences. Default: as many as the file has lines; 64 with --lengths.")
  private int sequences;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Passes side by side, as task slots of an executor: each computes all sequences with one"
              + " thread. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--repeat",
      paramLabel = "R",
      defaultValue = "5",
      description = "Repetitions that are timed. Default: ${DEFAULT-VALUE}.")
  private int repeat;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "6",
      description =
          "Time for repetitions before, which are not timed; there is one at least. Default:"
              + " ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--breakdown",
      description = "Measures time by part as well: projections, scores, softmax, statistics, ...")
  private boolean breakdown;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes the result as JSON to a file; - prints it.")
  private String json;

  @Mixin private final BenchEncodingOptions encoding = new BenchEncodingOptions();
  @Mixin private final CommandEnvironment environment;

  BenchCommand(Context context) {
    this.environment = new CommandEnvironment(context);
  }

  @Override
  public CommandEnvironment environment() {
    return environment;
  }

  @Override
  public boolean startsSpark() {
    return false;
  }

  @Override
  public void validate() {
    options().requireKnownNames();
    if (environment.spark().master() != null
        || "cluster".equals(environment.spark().deployMode())) {
      throw new ConfigurationException(
          "bench measures this machine, without Spark: leave out --master and --deploy-mode");
    }
    if (toFile()) {
      Path folder = Path.of(json).toAbsolutePath().getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        throw new ConfigurationException(
            "--json: expected a file in a folder that exists, there is no folder %s"
                .formatted(folder));
      }
    }
  }

  private boolean toFile() {
    return json != null && !json.equals("-");
  }

  private BenchmarkOptions options() {
    return new BenchmarkOptions(
        model.uri(),
        lengths,
        Optional.ofNullable(lengthsFile),
        sequences,
        threads,
        repeat,
        warmUp,
        encoding.apply(EncoderOptions.builder()).build(),
        breakdown);
  }

  @Override
  public Integer call() throws IOException {
    validate();
    BenchmarkReport report = Benchmark.run(options());
    String text = Json.print(BenchPrinter.json(report));
    if (toFile()) {
      Files.writeString(Path.of(json), text + "\n", StandardCharsets.UTF_8);
    }
    if ("-".equals(json)) {
      environment.out().println(text);
    } else {
      BenchPrinter.print(report, environment.out());
    }
    return ExitCode.DONE;
  }
}
