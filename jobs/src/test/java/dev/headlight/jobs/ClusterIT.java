package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job jar on a cluster of several JVMs writes what a local run writes, to the bit. */
class ClusterIT {
  private static final String JAR = System.getProperty("headlight.jobs.jar");
  private static final Duration RUN = Duration.ofMinutes(8);
  private static final Duration SOON = Duration.ofMinutes(5);
  private static final int ROWS = 1000;
  private static final Pattern APPLICATION =
      Pattern.compile("Connected to Spark cluster with app ID (app-\\S+)");

  /** Blocks of broadcast weights come and go; those of tasks are smaller than 2 MiB. */
  private static final Pattern STORED =
      Pattern.compile("Block (broadcast_\\w+) stored as .*estimated size \\d+\\.\\d MiB");

  private static final Pattern DROPPED =
      Pattern.compile("Dropping block (broadcast_\\w+) from memory");

  @TempDir static Path folder;
  private static SparkSession spark;
  private static RunTables expected;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void runLocallyAndStartTheCluster() throws IOException, InterruptedException {
    spark = LocalSpark.open();
    RandomInputs.writeCheckpoint(folder.resolve("model"));
    RandomInputs.writeTable(spark, folder.resolve("table"), ROWS);
    Invocation local = Invocation.of(run("local").toArray(String[]::new));
    assertThat(local.exitCode()).as(local.err()).isZero();
    // The command has closed the session it shared with this class.
    spark = LocalSpark.open();
    expected = RunTables.read(spark, path("local"));
    assertThat(expected.sequences()).hasSize(ROWS);
    assertThat(expected.quarantine()).containsOnlyKeys(RandomInputs.BAD_IDS.toArray(String[]::new));
    cluster = StandaloneCluster.start(Files.createDirectory(folder.resolve("cluster")));
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
    if (spark != null) {
      spark.close();
    }
  }

  @Test
  void clusterModeGivesTheBitsOfALocalRun() throws Exception {
    try (JvmProcess submission =
        submit(
            "in-cluster",
            "--master=" + cluster.url(),
            "--deploy-mode=cluster",
            "--weights-distribution=file",
            "--spark-conf=spark.driver.memory=1g",
            "--spark-conf=spark.executor.memory=1g")) {
      assertThat(submission.awaitEnd(RUN)).as(submission.tail() + cluster.tails()).isZero();
    }
    RunTables.read(spark, path("in-cluster")).requireEqualTo(expected);
  }

  @Test
  void executorKilledInMidJobOfClientModeWithItsConfFileChangesNothing() throws Exception {
    String conf = SubmitArgumentsTest.confFolder().resolve("standalone.conf").toString();
    try (JvmProcess submission =
        submitToTwoExecutors(
            "killed",
            "--conf=" + conf,
            "--partitions=24",
            "--max-quarantined=2",
            "--spark-conf=spark.executor.memory=1g")) {
      String application = submission.await(APPLICATION, SOON).group(1);
      Matcher finished =
          submission.await(Pattern.compile("Finished task .*executor (\\d+)\\) \\(1/24\\)"), SOON);
      String victim = finished.group(1);

      assertThat(cluster.executor(application, victim).destroyForcibly()).isTrue();

      submission.await(Pattern.compile("Lost executor " + victim + " .*code 137"), SOON);
      assertThat(submission.awaitEnd(RUN))
          .as(submission.tail() + cluster.tails())
          .isEqualTo(ExitCode.QUARANTINED);
      assertThat(submission.output())
          .contains("1,003 rows: 1,000 sequences, 3 quarantined")
          .contains("3 rows were quarantined, --max-quarantined allows 2");
    }
    RunTables.read(spark, path("killed")).requireEqualTo(expected);
  }

  @Test
  void broadcastWeightsThatMemoryPressureEvictsChangeNothing() throws Exception {
    try (JvmProcess submission =
        submitToTwoExecutors(
            "evicted",
            "--spark-conf=spark.executor.memory=512m",
            // Of 212 MiB; the weights take 8.
            "--spark-conf=spark.memory.fraction=0.02",
            "--spark-conf=spark.broadcast.blockSize=3m")) {
      String application = submission.await(APPLICATION, SOON).group(1);
      assertThat(submission.awaitEnd(RUN)).as(submission.tail() + cluster.tails()).isZero();

      String log = cluster.executorLogs(application);
      Set<String> weights = new TreeSet<>();
      STORED.matcher(log).results().forEach(stored -> weights.add(stored.group(1)));
      Set<String> dropped = new TreeSet<>();
      DROPPED.matcher(log).results().forEach(drop -> dropped.add(drop.group(1)));
      assertThat(weights).as("large blocks").isNotEmpty();
      assertThat(dropped).as("evicted blocks").containsAnyElementsOf(weights);
    }
    RunTables.read(spark, path("evicted")).requireEqualTo(expected);
  }

  @Test
  void runThatWasStoppedIsTakenUpAgain() throws Exception {
    String partitions = "--partitions=24";
    try (JvmProcess submission = submit("stopped", "--master=local[2]", partitions)) {
      submission.await(Pattern.compile("Finished task .* \\(1/24\\)"), SOON);

      submission.terminate();

      assertThat(submission.awaitEnd(SOON)).as(submission.tail()).isEqualTo(128 + 15);
      assertThat(submission.output().contains("headlight: interrupted; what is written until now"))
          .as(submission.tail())
          .isTrue();
    }
    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("stopped/run.json").toFile());
    assertThat(manifest.path("status").asText()).isEqualTo("failed");

    Invocation refused = Invocation.of(run("stopped", partitions).toArray(String[]::new));
    Invocation resumed =
        Invocation.of(run("stopped", partitions, "--resume").toArray(String[]::new));
    spark = LocalSpark.open();

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("go on with an interrupted run with resume");
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    RunTables.read(spark, path("stopped")).requireEqualTo(expected);
  }

  /** With one core each. */
  private static JvmProcess submitToTwoExecutors(String output, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--master=" + cluster.url(),
                "--spark-conf=spark.cores.max=2",
                "--spark-conf=spark.executor.cores=1"));
    arguments.addAll(List.of(more));
    return submit(output, arguments.toArray(String[]::new));
  }

  /** Starts what {@code bin/headlight run} would start. */
  private static JvmProcess submit(String output, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(run(output, more));
    List<String> forSpark = new ArrayList<>();
    int exitCode =
        HeadlightCommandLine.execute(
            arguments.toArray(String[]::new),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            System.err,
            parsed -> {
              forSpark.addAll(SubmitArguments.of(parsed.subcommand(), JAR, Map.of()));
              return ExitCode.DONE;
            });
    assertThat(exitCode).isZero();
    return cluster.submit(output, forSpark);
  }

  private static List<String> run(String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "--model=" + path("model"),
                "--input=" + path("table"),
                "--output=" + path(output),
                "--keep=source"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }
}
