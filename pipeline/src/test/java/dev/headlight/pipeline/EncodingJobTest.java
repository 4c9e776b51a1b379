package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodingJobTest {
  private final SparkSession spark = TestSpark.session();

  @TempDir Path folder;
  private Path input;
  private BertJobs jobs;

  @BeforeEach
  void writeInput() {
    jobs = new BertJobs(folder);
    input = jobs.writeTokens();
  }

  @Test
  void idAndKeptColumnsAreTakenOver() {
    prepare(o -> o.keep(List.of("label", "input_ids", "id", "label"))).run();

    Dataset<Row> sequences = table("sequences");

    assertThat(sequences.columns())
        .containsExactly("id", "label", "input_ids", "n_tokens", "truncated", "embedding");
    List<Row> expected = TokenTable.rows(BertJobs.BERT, 12, 9);
    List<Row> rows = sequences.orderBy("label").collectAsList();
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).getString(0)).isEqualTo(expected.get(i).getString(0));
      assertThat(rows.get(i).getDouble(1)).isEqualTo(expected.get(i).getDouble(1));
      assertThat(rows.get(i).getList(2)).isEqualTo(expected.get(i).get(2));
    }
    assertThat(rows).hasSameSizeAs(expected);
  }

  @Test
  void anotherColumnCanBeTheId() {
    prepare(o -> o.idColumn("label")).run();

    List<Row> rows = table("sequences").select("id").orderBy("id").collectAsList();

    assertThat(rows).extracting(row -> row.getDouble(0)).startsWith(0.0, 0.5, 1.0).hasSize(12);
  }

  @Test
  void rowsWithoutIdGetOneFromFileAndPosition() throws IOException {
    Path table = folder.resolve("no id, but ünïts%20");
    for (int part = 0; part < 3; part++) {
      TokenTable.table(TokenTable.rows(BertJobs.BERT, 5 + part, 9))
          .drop("id")
          .coalesce(1)
          .write()
          .parquet(table.resolve("day=" + part).toString());
    }
    List<String> files;
    try (Stream<Path> found = Files.walk(table)) {
      files =
          found
              .filter(file -> file.toString().endsWith(".parquet"))
              .map(file -> table.relativize(file).toString())
              .toList();
    }
    input = table;
    prepare(o -> o.keep(List.of("label", "day")).partitions(1)).run();
    Map<String, Row> one = byId();
    Path moved = folder.resolve("moved");
    Files.move(table, moved);
    input = moved;

    run(folder.resolve("output-2"), o -> o.keep(List.of("label", "day")).partitions(7));

    assertThat(one).hasSize(5 + 6 + 7);
    for (String file : files) {
      int day = Integer.parseInt(file.substring(4, 5));
      for (int position = 0; position < 5 + day; position++) {
        Row row = one.get(file + "#" + position);
        assertThat(row.<Double>getAs("label")).isEqualTo(position / 2.0);
        assertThat(row.<Integer>getAs("day")).isEqualTo(day);
      }
    }
    assertThat(byId(folder.resolve("output-2"))).isEqualTo(one);
  }

  @Test
  void rowsOfOneFileAreCalledByItsName() throws IOException {
    Path table = folder.resolve("no-id");
    TokenTable.table(TokenTable.rows(BertJobs.BERT, 2, 9))
        .drop("id")
        .coalesce(1)
        .write()
        .parquet(table.toString());
    try (Stream<Path> found = Files.list(table)) {
      Path file = found.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
      input = Files.move(file, folder.resolve("rows.parquet"));
    }
    prepare(o -> o).run();

    assertThat(byId()).containsOnlyKeys("rows.parquet#0", "rows.parquet#1");
  }

  @Test
  void otherFormatsAreReadAndWritten() {
    prepare(o -> o.keep(List.of("label"))).run();
    Path json = folder.resolve("json");
    spark.read().parquet(input.toString()).write().json(json.toString());
    input = json;

    run(folder.resolve("orc"), o -> o.inputFormat("json").format("orc").keep(List.of("label")));

    Dataset<Row> orc = spark.read().orc(folder.resolve("orc/sequences").toString());
    assertThat(orc.orderBy("id").collectAsList())
        .isEqualTo(table("sequences").orderBy("id").collectAsList());
  }

  @Test
  void smallTableIsSpreadOverTasks() {
    TokenTable.table(TokenTable.rows(BertJobs.BERT, 2000, 3))
        .coalesce(1)
        .write()
        .parquet(folder.resolve("large").toString());
    input = folder.resolve("large");

    EncodingJob job = prepare(o -> o);
    RunResult result = job.run();

    assertThat(result.sequences()).isEqualTo(2000);
    assertThat(job.progress().tasks()).isEqualTo(16);
    assertThat(job.progress().fraction()).isEqualTo(1.0);
    assertThat(job.progress().rows()).isEqualTo(2000);
    assertThat(job.progress().tokens()).isEqualTo(result.tokens());
    assertThat(table("sequences").inputFiles()).hasSize(16);
  }

  @Test
  void manifestTellsWhatRan() throws IOException {
    RunResult result = prepare(o -> o).run();

    JsonNode manifest = manifest();

    assertThat(manifest.path("status").asText()).isEqualTo("succeeded");
    assertThat(manifest.path("model").path("sha256").asText()).hasSize(64);
    assertThat(manifest.path("model").path("family").asText()).isEqualTo("bert");
    assertThat(manifest.path("model").path("parameters").asLong()).isPositive();
    assertThat(manifest.path("configuration").path("input").asText()).isEqualTo(input.toString());
    assertThat(manifest.path("configuration").path("outputs").path(0).asText())
        .isEqualTo("embedding");
    assertThat(manifest.path("versions").path("headlight").asText())
        .isEqualTo(HeadlightVersion.get())
        .doesNotContain("$");
    assertThat(manifest.path("versions").path("spark").asText()).isEqualTo(spark.version());
    assertThat(manifest.path("counts").path("rows").asLong()).isEqualTo(12);
    assertThat(manifest.path("counts").path("tokens").asLong()).isEqualTo(result.tokens());
    assertThat(manifest.path("kernels").asText()).isIn("nd4j", "onednn");
    assertThat(manifest.path("precision").asText()).isEqualTo("fp32");
    assertThat(manifest.path("tokens_per_second").asDouble()).isPositive();
    assertThat(manifest.path("model_seconds").asDouble()).isPositive();
    assertThat(manifest.path("model_share").asDouble())
        .isEqualTo(result.modelShare())
        .isGreaterThan(0)
        .isLessThan(1);
  }

  @Test
  void onlyTheTablesTheManifestAndTheReportAreLeft() throws IOException {
    prepare(o -> o).run();

    try (Stream<Path> files = Files.list(folder.resolve("output"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "sequences",
              "summary",
              "quarantine",
              "run.json",
              ".run.json.crc",
              "atlas.json",
              ".atlas.json.crc");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"broadcast", "file"})
  void weightsReachExecutorsEitherWay(String weights) {
    EncoderOptions.WeightsDistribution distribution =
        EncoderOptions.parse(EncoderOptions.WeightsDistribution.class, "weights", weights);
    ModelHolder.closeIdle();

    prepare(o -> o.encoder(e -> e.weights(distribution))).run();

    assertThat(table("sequences").collectAsList()).hasSize(12);
  }

  @Test
  void emptyOutputFolderIsUsed() throws IOException {
    Files.createDirectories(folder.resolve("output"));

    assertThat(prepare(o -> o).run().sequences()).isEqualTo(12);
  }

  @Test
  void interruptedRunIsResumed() throws IOException {
    Path output = folder.resolve("output");
    EncodingJob job = prepare(o -> o);
    job.run();
    Files.writeString(
        output.resolve("run.json"),
        Files.readString(output.resolve("run.json")).replace("\"succeeded\"", "\"running\""));
    Files.delete(output.resolve(".run.json.crc"));
    Files.delete(output.resolve("sequences/_SUCCESS"));

    assertThatThrownBy(() -> prepare(o -> o.resume(true).keep(List.of("label"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("found a run of another model or with other options");
    prepare(o -> o.resume(true)).run();

    assertThat(manifest().path("status").asText()).isEqualTo("succeeded");
    assertThat(table("sequences").collectAsList()).hasSize(12);
    assertThatThrownBy(() -> prepare(o -> o.resume(true)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("found one that has succeeded. There is nothing to do.");
  }

  private void run(Path output, UnaryOperator<RunOptions.Builder> changes) {
    jobs.prepare(input, output, changes).run();
  }

  private Dataset<Row> table(String name) {
    return spark.read().parquet(folder.resolve("output").resolve(name).toString());
  }

  private Map<String, Row> byId() {
    return byId(folder.resolve("output"));
  }

  private Map<String, Row> byId(Path output) {
    Map<String, Row> rows = new TreeMap<>();
    spark
        .read()
        .parquet(output.resolve("sequences").toString())
        .collectAsList()
        .forEach(row -> rows.put(row.getString(0), row));
    return rows;
  }

  private JsonNode manifest() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("output/run.json").toFile());
  }

  private EncodingJob prepare(UnaryOperator<RunOptions.Builder> changes) {
    return jobs.prepare(input, jobs.output(), changes);
  }
}
