package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher gives to spark-submit. */
class SubmitArgumentsTest {
  @TempDir Path folder;

  @Test
  void optionsOfAFileBecomeArgumentsAndTheCommandLineWins() throws IOException {
    List<String> arguments =
        submit(
            "model = /a\ninput = /i\noutput = /o\nnormalize = true\nspark.executor.memory = 3g\n",
            "--model=/b",
            "--keep",
            "x,y");

    assertThat(arguments.subList(arguments.indexOf("job.jar"), arguments.size()))
        .startsWith("job.jar", "run")
        .contains("--model=/b", "--input=/i", "--output=/o", "--normalize=true", "--keep=x,y")
        .doesNotContain("--model=/a")
        .noneMatch(argument -> argument.startsWith("--conf"));
    assertThat(arguments.subList(0, arguments.indexOf("job.jar")))
        .startsWith("--class", "dev.headlight.jobs.Main")
        .containsSequence("--conf", "spark.executor.memory=3g");
  }

  @Test
  void settingsOfTheCommandLineWinOverThoseOfTheFile() throws IOException {
    List<String> arguments =
        submit(
            "model = m\ninput = i\noutput = o\nspark.executor.memory = 3g\n",
            "--spark-conf",
            "spark.executor.memory=5g",
            "--spark-conf",
            "spark.executor.cores=2");

    assertThat(arguments)
        .contains("spark.executor.memory=5g", "spark.executor.cores=2")
        .doesNotContain("spark.executor.memory=3g");
  }

  @Test
  void driverInTheClusterIsNotToldItsMaster() throws IOException {
    List<String> arguments =
        submit(
            "model = m\ninput = i\noutput = o\nmaster = spark://h:7077\ndeploy-mode = cluster\n");

    assertThat(arguments)
        .containsSequence("--master", "spark://h:7077")
        .containsSequence("--deploy-mode", "cluster")
        .noneMatch(argument -> argument.startsWith("--master="))
        .noneMatch(argument -> argument.startsWith("--deploy-mode="))
        .noneMatch(argument -> argument.startsWith("spark.driver.memory"));
  }

  @Test
  void localDriverGetsAPartOfTheMemoryUnlessItIsSet() throws IOException {
    String file = "model = m\ninput = i\noutput = o\n";

    assertThat(submit(file)).anyMatch(argument -> argument.matches("spark.driver.memory=\\d+m"));
    assertThat(submit(file + "spark.driver.memory = 2g\n"))
        .contains("spark.driver.memory=2g")
        .filteredOn(argument -> argument.startsWith("spark.driver.memory"))
        .hasSize(1);
  }

  @Test
  void settingsOfTheInstalledSparkAreLeftAlone() throws IOException {
    Files.writeString(folder.resolve("spark-defaults.conf"), "spark.driver.memory 9g\n");

    List<String> arguments =
        submit("model = m\ninput = i\noutput = o\n", Map.of("SPARK_CONF_DIR", folder.toString()));

    assertThat(arguments).noneMatch(argument -> argument.startsWith("spark.driver.memory"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"local.conf", "standalone.conf", "yarn.conf", "kubernetes.conf"})
  void everyFileOfConfIsUnderstood(String name) throws IOException {
    Path file = confFolder().resolve(name);

    List<String> arguments =
        submit(
            Files.readString(file), "--model=/m", "--input=/i", "--output=/o", "--master=local[2]");

    assertThat(arguments)
        .containsSequence("--master", "local[2]")
        .contains("--on-error=quarantine");
  }

  @Test
  void noFileOfConfIsForgottenHere() throws IOException {
    try (Stream<Path> files = Files.list(confFolder())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "local.conf", "standalone.conf", "yarn.conf", "kubernetes.conf", "log4j2.properties");
    }
  }

  static Path confFolder() {
    return Path.of(System.getProperty("headlight.test-data")).resolveSibling("conf");
  }

  private List<String> submit(String file, String... more) throws IOException {
    return submit(file, Map.of(), more);
  }

  private List<String> submit(String file, Map<String, String> environment, String... more)
      throws IOException {
    Path conf = Files.writeString(folder.resolve("job.conf"), file);
    List<String> arguments = new ArrayList<>(List.of("run", "--conf", conf.toString()));
    arguments.addAll(List.of(more));
    List<String> submit = new ArrayList<>();
    int exitCode =
        HeadlightCommandLine.execute(
            arguments.toArray(String[]::new),
            new PrintStream(java.io.OutputStream.nullOutputStream()),
            System.err,
            parsed -> {
              submit.addAll(SubmitArguments.of(parsed.subcommand(), "job.jar", environment));
              return 0;
            });
    assertThat(exitCode).isZero();
    return submit;
  }
}
