package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.SummaryOptions.OnRepeated;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Separate runs that are summed up together: over the same sequences, and over others. */
class RepeatedSequencesTest {
  private static final int ROWS = 600;

  @TempDir Path folder;

  @BeforeEach
  void runOnce() throws IOException {
    run("first", ROWS, "concat('s', id)", "id");
  }

  /** A run over as many tokens a row, whose statistics depend on a number. */
  private void run(String name, int rows, String id, String number) throws IOException {
    Findings run =
        new Findings(
            TestSpark.session(),
            new org.apache.hadoop.fs.Path(folder.resolve(name).toString()),
            "parquet");
    run.save(sequences(rows, id, number), "sequences");
    run.write(run.read("sequences"), Optional.empty(), 256);
    ObjectNode manifest = new ObjectMapper().createObjectNode();
    manifest.put("status", RunManifest.SUCCEEDED).put("started_at", "today");
    manifest.put("spark_application", name);
    manifest.putObject("model").put("sha256", "abc");
    manifest.putObject("configuration").put("input", "same");
    manifest.putObject("counts").put("sequences", rows).put("tokens", 10 * rows);
    run.writeJson(RunManifest.FILE, manifest);
  }

  private static Dataset<Row> sequences(int rows, String id, String number) {
    return TestSpark.session()
        .range(0, rows, 1, 3)
        .select(
            expr(id).as("id"),
            expr("10").as("n_tokens"),
            expr("transform(array(0, 1), head -> named_struct('attention', 'self', 'layer', 0,"
                    + " 'head', head, 'entropy', cast(pmod(hash(%s, head), 1009) AS float)))"
                        .formatted(number))
                .as("attention_statistics"));
  }

  private long summedUp(String other, boolean fromSequences, OnRepeated onRepeated) {
    RunTables.summarize(
        TestSpark.session(),
        List.of(folder.resolve("first").toString(), folder.resolve(other).toString()),
        folder.resolve("both").toString(),
        "parquet",
        new SummaryOptions(fromSequences, Optional.empty(), 256, onRepeated));
    return TestSpark.session()
        .read()
        .parquet(folder.resolve("both/summary").toString())
        .first()
        .getAs("count");
  }

  @Test
  void sameSequencesAreRefusedHoweverTheyAreDivided() throws IOException {
    run("again", ROWS, "concat('s', %d - 1 - id)".formatted(ROWS), ROWS + " - 1 - id");

    for (boolean fromSequences : List.of(false, true)) {
      assertThatThrownBy(() -> summedUp("again", fromSequences, OnRepeated.FAIL))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "%s: expected a run over other sequences than %s, found the same 600 of 6000 tokens: their statistics have the same sums to the bit, and their highest values in the same ids. They would count twice: leave one of the folders out, or count them twice with --on-repeated merge.",
              folder.resolve("again"), folder.resolve("first"));
    }
    assertThat(folder.resolve("both")).doesNotExist();
  }

  @Test
  void sameSequencesCountTwiceIfAsked() throws IOException {
    run("again", ROWS, "concat('s', id)", "id");

    assertThat(summedUp("again", false, OnRepeated.MERGE)).isEqualTo(2 * ROWS);
  }

  @Test
  void otherRowsOfATableThatIsNamedTheSameAreNoRepetition() throws IOException {
    run("next", ROWS, "concat('s', id)", "id + " + ROWS);

    assertThat(summedUp("next", false, OnRepeated.FAIL)).isEqualTo(2 * ROWS);
  }

  @Test
  void sameRowsUnderOtherIdsAreNoRepetition() throws IOException {
    run("renamed", ROWS, "concat('t', id)", "id");

    assertThat(summedUp("renamed", true, OnRepeated.FAIL)).isEqualTo(2 * ROWS);
  }

  @Test
  void summariesOfEarlierVersionsTellNothing() throws IOException {
    run("again", ROWS, "concat('s', id)", "id");
    Path summary = folder.resolve("again/summary");
    List<Row> rows =
        TestSpark.session().read().parquet(summary.toString()).drop("sums").collectAsList();
    TestSpark.session()
        .createDataFrame(rows, rows.get(0).schema())
        .write()
        .mode("overwrite")
        .parquet(summary.toString());

    assertThat(summedUp("again", true, OnRepeated.FAIL)).isEqualTo(2 * ROWS);
  }

  @Test
  void runsWithoutSequencesAreNoRepetition() throws IOException {
    run("empty", 0, "concat('s', id)", "id");
    run("empty-again", 0, "concat('s', id)", "id");
    RunTables.summarize(
        TestSpark.session(),
        List.of(folder.resolve("empty").toString(), folder.resolve("empty-again").toString()),
        folder.resolve("none").toString(),
        "parquet",
        new SummaryOptions(false, Optional.empty(), 256, OnRepeated.FAIL));

    assertThat(folder.resolve("none/run.json")).isRegularFile();
  }
}
