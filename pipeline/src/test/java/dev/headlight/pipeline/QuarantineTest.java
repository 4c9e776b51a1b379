package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad rows end in the table {@code quarantine}, with a reason, and change no other row. */
class QuarantineTest {
  private static final GoldenCase BERT = Goldens.get(Goldens.GOLDENS, "bert");
  private static final int WIDTH = 32;
  private static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);
  private static final ArrayType DOUBLES = DataTypes.createArrayType(DataTypes.DoubleType);

  private final SparkSession spark = TestSpark.session();

  @TempDir Path folder;

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
    Path input = write(mixed(good, bad), TokenTable.SCHEMA);

    RunResult result = run(input, "output", options -> options);

    assertThat(result.rows()).isEqualTo(13);
    assertThat(result.sequences()).isEqualTo(8);
    assertThat(result.quarantinedByReason())
        .isEqualTo(Map.of("null_input", 2L, "empty", 1L, "token_out_of_range", 2L));
    Map<String, Row> quarantine = quarantine("output");
    assertReason(quarantine, "null", "null_input", "input_ids is null");
    assertReason(
        quarantine,
        "null id",
        "null_input",
        "input_ids: expected no nulls, found one at position 1");
    assertReason(quarantine, "empty", "empty", "expected 1 or more");
    assertReason(quarantine, "too high", "token_out_of_range", "1000000 at position 2");
    assertReason(quarantine, "negative", "token_out_of_range", "-1 at position 0");
    assertThat(quarantine.get("empty").getString(3)).contains("part-").endsWith(".parquet");
    assertThat(sequences("output")).isEqualTo(alone(good));
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
        write(
            List.of(
                RowFactory.create(1L, List.of(3L, 1L << 40)), RowFactory.create(2L, List.of(3L))),
            schema);

    run(input, "output", options -> options);

    Row row = table("output", "quarantine").collectAsList().get(0);
    assertThat(row.getLong(0)).isEqualTo(1L);
    assertThat(row.getString(1)).isEqualTo("token_out_of_range");
    assertThat(row.getString(2)).contains("1099511627776 at position 1");
    assertThat(table("output", "sequences").collectAsList()).hasSize(1);
  }

  @Test
  void badNestedEmbeddingsAreRejectedWithTheirReason() {
    StructType schema =
        new StructType()
            .add("id", DataTypes.StringType)
            .add("embeddings", DataTypes.createArrayType(FLOATS));
    List<List<Float>> ragged = new ArrayList<>(vectors(3, WIDTH, 0.5f));
    ragged.set(2, vector(WIDTH - 1, 0.5f));
    List<List<Float>> holed = new ArrayList<>(vectors(3, WIDTH, 0.5f));
    holed.set(1, Collections.nCopies(WIDTH, null));
    List<Row> rows =
        List.of(
            RowFactory.create("good", vectors(3, WIDTH, 0.5f)),
            RowFactory.create("null", null),
            RowFactory.create("null row", Arrays.asList(vector(WIDTH, 1f), null)),
            RowFactory.create("null value", holed),
            RowFactory.create("empty", List.of()),
            RowFactory.create("ragged", ragged),
            RowFactory.create("narrow", vectors(2, WIDTH - 1, 0.5f)),
            RowFactory.create("without width", List.of(List.of())),
            RowFactory.create("NaN", vectors(2, WIDTH, Float.NaN)),
            RowFactory.create("infinite", vectors(2, WIDTH, Float.NEGATIVE_INFINITY)));

    RunResult result = run(write(rows, schema), "output", options -> options);

    assertThat(result.sequences()).isEqualTo(1);
    Map<String, Row> quarantine = quarantine("output");
    assertThat(quarantine).hasSize(9);
    assertReason(quarantine, "null", "null_input", "embeddings is null");
    assertReason(quarantine, "null row", "null_input", "position 1");
    assertReason(quarantine, "null value", "null_input", "position 1");
    assertReason(quarantine, "empty", "empty", "expected 1 or more");
    assertReason(quarantine, "ragged", "ragged", "row 2", "expected 32 values, found 31");
    assertReason(quarantine, "narrow", "wrong_width", "expected rows of 32 numbers, found 31");
    assertReason(quarantine, "without width", "wrong_width", "found 0");
    assertReason(quarantine, "NaN", "not_finite", "NaN at row 0, column 0");
    assertReason(quarantine, "infinite", "not_finite", "-Infinity");
  }

  @Test
  void formsOfEmbeddingsGiveTheSameBits() {
    List<List<Float>> nested = new ArrayList<>();
    for (int t = 0; t < 5; t++) {
      nested.add(vector(WIDTH, (t - 2) / 3f));
    }
    List<Float> flat = nested.stream().flatMap(List::stream).toList();
    ByteBuffer bytes =
        ByteBuffer.allocate(flat.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    flat.forEach(bytes::putFloat);
    List<List<Double>> wide =
        nested.stream().map(row -> row.stream().map(Float::doubleValue).toList()).toList();
    List<Double> wideFlat = wide.stream().flatMap(List::stream).toList();

    List<Object> expected = encode(nested, DataTypes.createArrayType(FLOATS));

    assertThat(encode(flat, FLOATS)).isEqualTo(expected);
    assertThat(encode(bytes.array(), DataTypes.BinaryType)).isEqualTo(expected);
    assertThat(encode(wide, DataTypes.createArrayType(DOUBLES))).isEqualTo(expected);
    assertThat(encode(wideFlat, DOUBLES)).isEqualTo(expected);
  }

  private List<Object> encode(Object value, DataType type) {
    StructType schema = new StructType().add("inputs_embeds", type);
    Row row =
        new SequenceEncoder()
            .setModelPath(BERT.folder().toString())
            .setKeepCols()
            .setOutputs("embedding", "last_hidden_state")
            .setHandleInvalid("error")
            .transform(spark.createDataFrame(List.of(RowFactory.create(value)), schema))
            .collectAsList()
            .get(0);
    return List.of(row.get(0), row.get(1), row.get(2), row.get(3));
  }

  @Test
  void badFlatEmbeddingsAreRejectedWithTheirReason() {
    StructType flat = new StructType().add("id", DataTypes.StringType).add("embeddings", FLOATS);
    StructType binary =
        new StructType().add("id", DataTypes.StringType).add("embeddings", DataTypes.BinaryType);
    List<Row> flatRows =
        List.of(
            RowFactory.create("uneven", vector(WIDTH + 1, 1f)),
            RowFactory.create("empty", List.of()),
            RowFactory.create("null value", Arrays.asList(1f, null)));
    List<Row> binaryRows =
        List.of(
            RowFactory.create("half", new byte[WIDTH * 4 + 2]),
            RowFactory.create("uneven", new byte[WIDTH * 4 + 4]),
            RowFactory.create("empty", new byte[0]),
            RowFactory.create("null", null),
            RowFactory.create("good", new byte[WIDTH * 4]));

    run(write(flatRows, flat), "flat", options -> options);
    run(write(binaryRows, binary), "binary", options -> options);

    Map<String, Row> quarantine = quarantine("flat");
    assertReason(
        quarantine, "uneven", "wrong_width", "expected a multiple of 32 numbers, found 33");
    assertReason(quarantine, "empty", "empty", "expected 1 or more");
    assertReason(quarantine, "null value", "null_input", "position 1");
    quarantine = quarantine("binary");
    assertReason(quarantine, "half", "wrong_width", "found 130 bytes");
    assertReason(quarantine, "uneven", "wrong_width", "found 33");
    assertReason(quarantine, "empty", "empty", "expected 1 or more");
    assertReason(quarantine, "null", "null_input", "embeddings is null");
    assertThat(table("binary", "sequences").collectAsList()).hasSize(1);
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
    Path input = write(rows, TokenTable.SCHEMA);

    RunResult cut = run(input, "cut", options -> options);
    run(input, "error", o -> o.encoder(e -> e.onTooLong(EncoderOptions.OnTooLong.ERROR)));
    run(input, "four", o -> o.encoder(e -> e.maxTokens(4)));

    assertThat(cut.truncated()).isEqualTo(1);
    Map<String, List<Object>> sequences = sequences("cut");
    assertThat(sequences.get("cut").subList(0, 2)).containsExactly(limit, true);
    assertThat(sequences.get("whole").subList(0, 2)).containsExactly(limit, false);
    assertThat(sequences.get("cut").subList(2, 4)).isEqualTo(sequences.get("whole").subList(2, 4));
    Map<String, Row> quarantine = quarantine("error");
    assertThat(quarantine).hasSize(1);
    assertReason(
        quarantine,
        "cut",
        "too_long",
        "expected at most %d tokens, found %d".formatted(limit, limit + 3));
    assertThat(sequences("four").values()).allSatisfy(row -> assertThat(row.get(0)).isEqualTo(4));
    assertThat(sequences("four").get("short").get(1)).isEqualTo(false);
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

    run(write(rows, schema), "output", options -> options);

    Map<String, List<Object>> sequences = sequences("output");
    assertThat(sequences).containsOnlyKeys("padded", "plain");
    assertThat(sequences.get("padded")).isEqualTo(sequences.get("plain"));
    Map<String, Row> quarantine = quarantine("output");
    assertReason(quarantine, "left", "unsupported_mask", "padding on the right");
    assertReason(quarantine, "short mask", "ragged", "expected 5 values", "found 1");
    assertReason(quarantine, "all padding", "empty", "expected 1 or more");
  }

  @Test
  void firstBadRowFailsTheJobWhereAskedTo() throws IOException {
    Path input =
        write(
            mixed(TokenTable.rows(BERT, 4, 9), List.of(TokenTable.row("bad", List.of(-7)))),
            TokenTable.SCHEMA);

    assertThatThrownBy(() -> run(input, "output", o -> o.onError(RunOptions.OnError.FAIL)))
        .isInstanceOf(RunFailedException.class)
        .hasMessageStartingWith("the row with id 'bad' is bad: token_out_of_range: token id -7");

    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("output/run.json").toFile());
    assertThat(manifest.path("status").asText()).isEqualTo("failed");
    assertThat(manifest.path("error").asText()).startsWith("the row with id 'bad' is bad");
    assertThat(folder.resolve("output/sequences/_SUCCESS")).doesNotExist();
  }

  private Path write(List<Row> rows, StructType schema) {
    Path input = folder.resolve("input-" + rows.size() + "-" + schema.hashCode());
    spark.createDataFrame(rows, schema).coalesce(1).write().parquet(input.toString());
    return input;
  }

  private RunResult run(Path input, String output, UnaryOperator<RunOptions.Builder> changes) {
    RunOptions.Builder options =
        RunOptions.of(
            BERT.folder().toString(), input.toString(), folder.resolve(output).toString());
    return EncodingJob.prepare(spark, changes.apply(options).build()).run();
  }

  private Dataset<Row> table(String output, String name) {
    return spark.read().parquet(folder.resolve(output).resolve(name).toString());
  }

  private Map<String, Row> quarantine(String output) {
    Dataset<Row> table = table(output, "quarantine");
    assertThat(table.columns()).containsExactly("id", "reason", "message", "source_file");
    return table.collectAsList().stream()
        .collect(Collectors.toMap(row -> row.getString(0), row -> row));
  }

  private Map<String, List<Object>> sequences(String output) {
    return values(table(output, "sequences"));
  }

  private Map<String, List<Object>> alone(List<Row> good) {
    Path input = write(good, TokenTable.SCHEMA);
    run(input, "alone", options -> options);
    return sequences("alone");
  }

  /** Values of a row but for the id, by id. */
  private static Map<String, List<Object>> values(Dataset<Row> table) {
    return table.collectAsList().stream()
        .collect(
            Collectors.toMap(
                row -> row.getString(0),
                row -> {
                  List<Object> values = new ArrayList<>();
                  for (int i = 1; i < row.size(); i++) {
                    values.add(row.get(i));
                  }
                  return values;
                }));
  }

  private static void assertReason(
      Map<String, Row> quarantine, String id, String reason, String... message) {
    assertThat(quarantine).containsKey(id);
    assertThat(quarantine.get(id).getString(1)).as(id).isEqualTo(reason);
    assertThat(quarantine.get(id).getString(2)).as(id).contains(message);
  }

  private static List<Row> mixed(List<Row> good, List<Row> bad) {
    List<Row> rows = new ArrayList<>(good);
    for (int i = 0; i < bad.size(); i++) {
      rows.add(2 * i, bad.get(i));
    }
    return rows;
  }

  private static List<Float> vector(int width, float value) {
    List<Float> vector = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      vector.add(Float.isFinite(value) ? value * (i - 7) : value);
    }
    return vector;
  }

  private static List<List<Float>> vectors(int count, int width, float value) {
    return Collections.nCopies(count, vector(width, value));
  }
}
