package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands from end to end, on Spark in this JVM. */
class CommandsTest {
  @TempDir static Path shared;

  private static DemoRun demo;

  @TempDir Path folder;

  @BeforeAll
  static void runTheDemo() {
    demo = DemoRun.in(shared.resolve("demo"));
  }

  @Test
  void demoFindsTheHeadsThatItsModelHas() throws IOException {
    Invocation run = demo.invocation();
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("300 rows: 300 sequences, 0 quarantined")
        .contains("attention layer  head  entropy  previous_mass  first_token_mass")
        .contains("results/report.html");
    assertThat(CommandResults.largestMean(run.out(), 0, "previous_mass")).isGreaterThan(0.4);
    assertThat(CommandResults.largestMean(run.out(), 1, "induction_mass")).isGreaterThan(0.7);
    assertThat(CommandResults.largestMean(run.out(), 0, "induction_mass")).isLessThan(0.2);
    assertThat(demo.path("results/report.html")).isRegularFile();
  }

  @Test
  void demoModelHasLearnedPreviousTokenAndInductionHeads() throws IOException {
    JsonNode atlas = CommandResults.json(demo.path("results/atlas.json"));

    assertThat(CommandResults.layers(atlas, "previous token")).containsOnly(0);
    assertThat(CommandResults.layers(atlas, "induction")).containsOnly(1);
  }

  @Test
  void queriesOfTheWalkthroughRun() throws IOException {
    Path page = SubmitArgumentsTest.confFolder().resolveSibling("docs/walkthrough.md");
    Matcher query =
        Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(page));
    try (SparkSession session = LocalSpark.open()) {
      for (String table : List.of("sequences", "summary", "divergence")) {
        session
            .read()
            .parquet(demo.path("results/" + table).toString())
            .createOrReplaceTempView(table);
      }
      int queries = 0;
      while (query.find()) {
        assertThat(session.sql(query.group(1)).collectAsList()).as(query.group(1)).isNotEmpty();
        queries++;
      }
      assertThat(queries).isEqualTo(5);
    }
  }

  @Test
  void reportIsMadeAgainFromTheTables() throws IOException {
    Path report = demo.path("results/report.html");
    String before = Files.readString(report);
    Files.delete(report);

    Invocation again = Invocation.onLocalSpark("report", "--input=" + demo.path("results"));

    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(Files.readString(report)).isEqualTo(before);
  }

  @Test
  void comparisonEndsWithOneIfALimitIsExceeded() throws IOException {
    Invocation other =
        Invocation.onLocalSpark(
            "run",
            "--model=" + demo.path("model"),
            "--input=" + demo.path("table"),
            "--output=" + folder.resolve("bf16"),
            "--precision=bf16",
            "--examples=0",
            "--report=false");
    assertThat(other.exitCode()).as(other.err()).isZero();

    Invocation wide = compare("wide", "--max-effect=0.5", "--min-cka=0.9");
    Invocation narrow = compare("narrow", "--max-effect=1e-12");

    assertThat(wide.exitCode()).as(wide.err()).isZero();
    assertThat(wide.out()).contains("300 sequences in both", "within limits");
    assertThat(narrow.exitCode()).isEqualTo(ExitCode.LIMITS_EXCEEDED);
    assertThat(narrow.out()).contains("exceeded", "largest effect");
    assertThat(folder.resolve("narrow/report.html")).isRegularFile();
  }

  private Invocation compare(String output, String... limits) {
    List<String> arguments = new ArrayList<>(List.of("compare"));
    arguments.add("--first=" + demo.path("results"));
    arguments.add("--second=" + folder.resolve("bf16"));
    arguments.add("--output=" + folder.resolve(output));
    arguments.addAll(List.of(limits));
    return Invocation.onLocalSpark(arguments.toArray(String[]::new));
  }

  @Test
  void demoReplacesAnEarlierDemoAndNothingElse() throws IOException {
    assertThat(DemoRun.in(demo.folder()).invocation().out()).contains("300 rows: 300 sequences");

    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("thesis.txt"), "years of work");
    Invocation refused = Invocation.onLocalSpark("demo", "--output=" + other, "--sequences=10");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("found one with other content. Choose another.");
    assertThat(other.resolve("thesis.txt")).hasContent("years of work");
  }

  @Test
  void runEndsWithThreeIfMoreRowsAreBadThanAllowed() throws IOException {
    badTable();

    Invocation tooMany = run("too-many", "--max-quarantined=1");
    Invocation allowed = run("allowed", "--max-quarantined=2");

    assertThat(tooMany.exitCode()).isEqualTo(ExitCode.QUARANTINED);
    assertThat(tooMany.err())
        .contains("2 rows were quarantined, --max-quarantined allows 1. Their reasons are in ");
    assertThat(tooMany.out())
        .contains("3 rows: 1 sequences, 2 quarantined (1 empty, 1 token_out_of_range)");
    assertThat(allowed.exitCode()).isZero();
    assertThat(folder.resolve("too-many/quarantine")).isDirectory();
  }

  @Test
  void runFailsAtABadRowIfAsked() throws IOException {
    badTable();

    Invocation failed = run("failed", "--on-error=fail");

    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err()).contains("headlight: ").contains("the row with id '");
    assertThat(failed.err()).doesNotContain("\tat ");
    assertThat(CommandResults.json(folder.resolve("failed/run.json")).path("status").asText())
        .isEqualTo("failed");
  }

  @Test
  void outputThatExistsIsNotOverwritten() throws IOException {
    Path output = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(output.resolve("results.txt"), "precious");

    Invocation refused = run("taken", "--input-column=input_ids");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("results are never overwritten");
    assertThat(output.resolve("results.txt")).hasContent("precious");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local.conf", "standalone.conf", "yarn.conf", "kubernetes.conf"})
  void everyFileOfConfRuns(String name) throws IOException {
    Path original = SubmitArgumentsTest.confFolder().resolve(name);
    // What only spark-submit can set, and where it is to run, is left to SubmitArgumentsTest.
    String text =
        Files.readString(original)
            .lines()
            .filter(line -> !line.startsWith("spark.driver.") && !line.startsWith("deploy-mode"))
            .reduce("", (all, line) -> all + line + "\n");
    Path conf = Files.writeString(folder.resolve(name), text);

    Invocation run = run("conf-" + name, "--conf=" + conf);

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode manifest = CommandResults.json(folder.resolve("conf-" + name).resolve("run.json"));
    assertThat(manifest.path("status").asText()).isEqualTo("succeeded");
    assertThat(manifest.path("configuration").path("on-error").asText()).isEqualTo("quarantine");
  }

  @Test
  void inspectTellsProjectionsAndWhatARunWouldTake() throws IOException {
    Invocation inspect =
        Invocation.onLocalSpark(
            "inspect", "--json", "--model=" + demo.path("model"), "--input=" + demo.path("table"));

    assertThat(inspect.exitCode()).as(inspect.err()).isZero();
    JsonNode root = new ObjectMapper().readTree(inspect.out());
    assertThat(root.path("supported").asBoolean()).isTrue();
    assertThat(root.path("architecture").path("family").asText()).isEqualTo("llama");
    assertThat(root.path("plan").path("rows").asLong()).isEqualTo(300);
    assertThat(root.path("plan").path("sample").path("rows").asLong()).isEqualTo(256);
    JsonNode projection = tensor(root, "q_proj");
    assertThat(projection.path("shape").toString()).isEqualTo("[128,128]");
    assertThat(projection.path("dtype").asText()).isEqualTo("F16");
    assertThat(projection.path("offset").asLong()).isPositive();
  }

  private Invocation run(String output, String... more) {
    Path table = folder.resolve("bad-table");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "--model=" + demo.path("model"),
                "--input=" + (Files.exists(table) ? table : demo.path("table")),
                "--output=" + folder.resolve(output)));
    arguments.addAll(List.of(more));
    return Invocation.onLocalSpark(arguments.toArray(String[]::new));
  }

  /** One good row, one with a token outside of the vocabulary, and one without tokens. */
  private void badTable() throws IOException {
    try (SparkSession session = LocalSpark.open()) {
      session
          .sql(
              "SELECT * FROM VALUES ('good', array(2, 5, 3)), ('wide', array(2, 99999)), "
                  + "('none', cast(array() AS array<int>)) AS t(id, input_ids)")
          .write()
          .parquet(folder.resolve("bad-table").toString());
    }
  }

  private static JsonNode tensor(JsonNode inspection, String role) {
    for (JsonNode tensor : inspection.path("tensors")) {
      if (tensor.path("role").asText().equals(role)) {
        return tensor;
      }
    }
    throw new AssertionError("no " + role);
  }
}
