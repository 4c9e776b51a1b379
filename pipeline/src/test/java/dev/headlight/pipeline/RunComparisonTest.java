package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.pipeline.compare.Limits;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparisons of runs of a BERT: with itself, in bf16, and with other inputs. */
class RunComparisonTest {
  private static final GoldenCase GOLDEN = Goldens.get(Goldens.GOLDENS, "bert");
  private static final Limits NONE =
      new Limits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  @TempDir static Path folder;

  @BeforeAll
  static void run() {
    List<Row> rows = TokenTable.rows(GOLDEN, 30, 20);
    TokenTable.table(rows).write().parquet(folder.resolve("table").toString());
    run("fp32", "fp32", "attentions");
    run("again", "fp32", "attentions");
    run("bf16", "bf16", "attentions");
    run("no-patterns", "fp32", "last_hidden_state");
  }

  private static void run(String name, String precision, String output) {
    RunOptions options =
        RunOptions.of(
                GOLDEN.folder().toString(),
                folder.resolve("table").toString(),
                folder.resolve(name).toString())
            .encoder(
                encoder ->
                    encoder
                        .outputs("embedding", "attention_statistics", output)
                        .precision(precision))
            .build();
    EncodingJob.prepare(TestSpark.session(), options).run();
  }

  private static JsonNode compare(String first, String second, String output, Limits limits) {
    return RunComparison.run(
        TestSpark.session(),
        folder.resolve(first).toString(),
        folder.resolve(second).toString(),
        folder.resolve(output).toString(),
        "parquet",
        limits);
  }

  private static Limits limits(double effect, double divergence, double cosine, double cka) {
    return new Limits(
        Optional.of(effect), Optional.of(divergence), Optional.of(cosine), Optional.of(cka));
  }

  @Test
  void aRunDoesNotDifferFromItsRepetition() {
    JsonNode found = compare("fp32", "again", "same", limits(0, 0, 0.9999999, 0.9999999));

    assertThat(found.path("verdict").asText()).isEqualTo("within limits");
    assertThat(found.path("sequences").path("common").asInt()).isEqualTo(30);
    assertThat(found.path("largest_effect").path("value").asDouble()).isZero();
    assertThat(found.path("largest_divergence").path("value").asDouble()).isZero();
    assertThat(found.path("embeddings").path("cka").asDouble()).isCloseTo(1, within(1e-9));
  }

  @Test
  void anotherPrecisionDriftsAndItsLimitsAreJudged() throws IOException {
    JsonNode found = compare("fp32", "bf16", "precision", limits(1e-9, 0.1, 0.9, 0.9));

    assertThat(found.path("verdict").asText()).isEqualTo("limits exceeded");
    assertThat(found.path("limits").get(0).path("exceeded").asBoolean()).isTrue();
    assertThat(found.path("limits").get(1).path("exceeded").asBoolean()).isFalse();
    assertThat(found.path("largest_divergence").path("value").asDouble()).isBetween(1e-12, 0.01);
    assertThat(found.path("embeddings").path("cosine").path("min").asDouble())
        .isGreaterThan(0.99)
        .isLessThan(1);
    assertThat(folder.resolve("precision/compare.json")).isRegularFile();
    assertThat(Files.readString(folder.resolve("precision/report.html")))
        .contains("\"verdict\":\"limits exceeded\"");
    List<Row> heads =
        TestSpark.session()
            .read()
            .parquet(folder.resolve("precision/heads").toString())
            .filter("statistic = 'entropy'")
            .collectAsList();
    assertThat(heads)
        .isNotEmpty()
        .allSatisfy(
            head ->
                assertThat(head.<Double>getAs("second") - head.<Double>getAs("first"))
                    .isCloseTo(head.<Double>getAs("difference"), within(1e-12)));
  }

  @Test
  void withoutPatternsStatisticsAreCompared() {
    JsonNode found = compare("fp32", "no-patterns", "statistics", NONE);

    assertThat(found.path("verdict").asText()).isEqualTo("no limits");
    assertThat(found.has("largest_divergence")).isFalse();
    assertThat(found.path("largest_effect").path("value").asDouble()).isZero();
  }

  @Test
  void aLimitOnWhatIsNotThereIsRefused() {
    assertThatThrownBy(() -> compare("fp32", "no-patterns", "refused", limits(1, 0.1, 0.9, 0.9)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("max-divergence: expected the column attentions in both runs");
  }

  @Test
  void whatIsNoRunIsRefused() {
    assertThatThrownBy(() -> compare("fp32", "table", "refused", NONE))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected the output folder of a run, found no run.json in it");
  }

  @Test
  void resultsAreNotOverwritten() {
    assertThatThrownBy(() -> compare("fp32", "again", "fp32", NONE))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("results are never overwritten");
  }
}
