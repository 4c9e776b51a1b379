package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad rows end in the table {@code quarantine}, with a reason, and change no other row. */
class QuarantineTest {
  private static final GoldenCase BERT = Goldens.get(Goldens.GOLDENS, "bert");

  @TempDir Path folder;
  private QuarantineRuns runs;

  @BeforeEach
  void prepareRuns() {
    runs = new QuarantineRuns(BERT, folder);
  }

  @Test
  void badTokenIdsAreRejectedWithTheirReason() throws IOException {
    List<Row> good = TokenTable.rows(BERT, 8, 9);
    List<Row> bad =
        List.of(
            TokenTable.row("null", null),
            TokenTable.row("null id", Arrays.asList(1, null, 2)),
            TokenTable.row("empty", List.of()),
            TokenTable.row("too high", List.of(1, 2, 1_000_000)),
            TokenTable.row("negative", List.of(-1)));
    Path input = runs.write(mixed(good, bad), TokenTable.SCHEMA);

    RunResult result = runs.run(input, "output", options -> options);

    assertThat(result.rows()).isEqualTo(13);
    assertThat(result.sequences()).isEqualTo(8);
    assertThat(result.quarantinedByReason())
        .isEqualTo(Map.of("null_input", 2L, "empty", 1L, "token_out_of_range", 2L));
    Map<String, Row> quarantine = runs.quarantine("output");
    QuarantineRuns.assertReason(quarantine, "null", "null_input", "input_ids is null");
    QuarantineRuns.assertReason(
        quarantine,
        "null id",
        "null_input",
        "input_ids: expected no nulls, found one at position 1");
    QuarantineRuns.assertReason(quarantine, "empty", "empty", "expected 1 or more");
    QuarantineRuns.assertReason(
        quarantine, "too high", "token_out_of_range", "1000000 at position 2");
    QuarantineRuns.assertReason(quarantine, "negative", "token_out_of_range", "-1 at position 0");
    assertThat(quarantine.get("empty").getString(3)).contains("part-").endsWith(".parquet");
    assertThat(runs.sequences("output")).isEqualTo(alone(good));
    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("output/run.json").toFile());
    assertThat(manifest.path("status").asText()).isEqualTo("succeeded");
    assertThat(manifest.path("counts").path("quarantined").asInt()).isEqualTo(5);
    assertThat(manifest.path("counts").path("quarantined_by_reason").path("empty").asInt())
        .isEqualTo(1);
  }

  @Test
  void tokenIdsBeyondIntAreRejected() {
    StructType schema =
        new StructType()
            .add("id", DataTypes.LongType)
            .add("input_ids", DataTypes.createArrayType(DataTypes.LongType));
    Path input =
        runs.write(
            List.of(
                RowFactory.create(1L, List.of(3L, 1L << 40)), RowFactory.create(2L, List.of(3L))),
            schema);

    runs.run(input, "output", options -> options);

    Row row = runs.table("output", "quarantine").collectAsList().get(0);
    assertThat(row.getLong(0)).isEqualTo(1L);
    assertThat(row.getString(1)).isEqualTo("token_out_of_range");
    assertThat(row.getString(2)).contains("1099511627776 at position 1");
    assertThat(runs.table("output", "sequences").collectAsList()).hasSize(1);
  }

  @Test
  void longSequencesAreCutOrRejectedAsAsked() {
    int limit = BERT.json("config.json").path("max_position_embeddings").asInt();
    List<Integer> tooLong = Collections.nCopies(limit + 3, 5);
    List<Row> rows =
        List.of(
            TokenTable.row("cut", tooLong),
            TokenTable.row("whole", tooLong.subList(0, limit)),
            TokenTable.row("short", tooLong.subList(0, 4)));
    Path input = runs.write(rows, TokenTable.SCHEMA);

    RunResult cut = runs.run(input, "cut", options -> options);
    runs.run(input, "error", o -> o.encoder(e -> e.onTooLong(EncoderOptions.OnTooLong.ERROR)));
    runs.run(input, "four", o -> o.encoder(e -> e.maxTokens(4)));

    assertThat(cut.truncated()).isEqualTo(1);
    Map<String, List<Object>> sequences = runs.sequences("cut");
    assertThat(sequences.get("cut").subList(0, 2)).containsExactly(limit, true);
    assertThat(sequences.get("whole").subList(0, 2)).containsExactly(limit, false);
    assertThat(sequences.get("cut").subList(2, 4)).isEqualTo(sequences.get("whole").subList(2, 4));
    Map<String, Row> quarantine = runs.quarantine("error");
    assertThat(quarantine).hasSize(1);
    QuarantineRuns.assertReason(
        quarantine,
        "cut",
        "too_long",
        "expected at most %d tokens, found %d".formatted(limit, limit + 3));
    assertThat(runs.sequences("four").values())
        .allSatisfy(row -> assertThat(row.get(0)).isEqualTo(4));
    assertThat(runs.sequences("four").get("short").get(1)).isEqualTo(false);
  }

  @Test
  void paddingIsLeftOutByItsMask() {
    StructType schema =
        TokenTable.SCHEMA.add("attention_mask", DataTypes.createArrayType(DataTypes.LongType));
    List<Integer> ids = List.of(4, 5, 6, 0, 0);
    List<Row> rows =
        List.of(
            RowFactory.create("padded", null, ids, List.of(1L, 1L, 1L, 0L, 0L)),
            RowFactory.create("plain", null, ids.subList(0, 3), List.of(1L, 1L, 1L)),
            RowFactory.create("left", null, ids, List.of(0L, 0L, 1L, 1L, 1L)),
            RowFactory.create("short mask", null, ids, List.of(1L)),
            RowFactory.create("all padding", null, ids, List.of(0L, 0L, 0L, 0L, 0L)));

    runs.run(runs.write(rows, schema), "output", options -> options);

    Map<String, List<Object>> sequences = runs.sequences("output");
    assertThat(sequences).containsOnlyKeys("padded", "plain");
    assertThat(sequences.get("padded")).isEqualTo(sequences.get("plain"));
    Map<String, Row> quarantine = runs.quarantine("output");
    QuarantineRuns.assertReason(quarantine, "left", "unsupported_mask", "padding on the right");
    QuarantineRuns.assertReason(quarantine, "short mask", "ragged", "expected 5 values", "found 1");
    QuarantineRuns.assertReason(quarantine, "all padding", "empty", "expected 1 or more");
  }

  @Test
  void firstBadRowFailsTheJobWhereAskedTo() throws IOException {
    Path input =
        runs.write(
            mixed(TokenTable.rows(BERT, 4, 9), List.of(TokenTable.row("bad", List.of(-7)))),
            TokenTable.SCHEMA);

    assertThatThrownBy(() -> runs.run(input, "output", o -> o.onError(RunOptions.OnError.FAIL)))
        .isInstanceOf(RunFailedException.class)
        .hasMessageStartingWith("the row with id 'bad' is bad: token_out_of_range: token id -7");

    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("output/run.json").toFile());
    assertThat(manifest.path("status").asText()).isEqualTo("failed");
    assertThat(manifest.path("error").asText()).startsWith("the row with id 'bad' is bad");
    assertThat(folder.resolve("output/sequences/_SUCCESS")).doesNotExist();
  }

  private Map<String, List<Object>> alone(List<Row> good) {
    Path input = runs.write(good, TokenTable.SCHEMA);
    runs.run(input, "alone", options -> options);
    return runs.sequences("alone");
  }

  private static List<Row> mixed(List<Row> good, List<Row> bad) {
    List<Row> rows = new ArrayList<>(good);
    for (int i = 0; i < bad.size(); i++) {
      rows.add(2 * i, bad.get(i));
    }
    return rows;
  }
}
