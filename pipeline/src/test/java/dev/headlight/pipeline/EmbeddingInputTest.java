package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embeddings as input: their forms, and what is wrong with them. */
class EmbeddingInputTest {
  private static final GoldenCase BERT = Goldens.get(Goldens.GOLDENS, "bert");
  private static final int WIDTH = 32;
  private static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);
  private static final ArrayType DOUBLES = DataTypes.createArrayType(DataTypes.DoubleType);

  private final SparkSession spark = TestSpark.session();

  @TempDir Path folder;
  private QuarantineRuns runs;

  @BeforeEach
  void prepareRuns() {
    runs = new QuarantineRuns(BERT, folder);
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

    RunResult result = runs.run(runs.write(rows, schema), "output", options -> options);

    assertThat(result.sequences()).isEqualTo(1);
    Map<String, Row> quarantine = runs.quarantine("output");
    assertThat(quarantine).hasSize(9);
    QuarantineRuns.assertReason(quarantine, "null", "null_input", "embeddings is null");
    QuarantineRuns.assertReason(quarantine, "null row", "null_input", "position 1");
    QuarantineRuns.assertReason(quarantine, "null value", "null_input", "position 1");
    QuarantineRuns.assertReason(quarantine, "empty", "empty", "expected 1 or more");
    QuarantineRuns.assertReason(
        quarantine, "ragged", "ragged", "row 2", "expected 32 values, found 31");
    QuarantineRuns.assertReason(
        quarantine, "narrow", "wrong_width", "expected rows of 32 numbers, found 31");
    QuarantineRuns.assertReason(quarantine, "without width", "wrong_width", "found 0");
    QuarantineRuns.assertReason(quarantine, "NaN", "not_finite", "NaN at row 0, column 0");
    QuarantineRuns.assertReason(quarantine, "infinite", "not_finite", "-Infinity");
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

    runs.run(runs.write(flatRows, flat), "flat", options -> options);
    runs.run(runs.write(binaryRows, binary), "binary", options -> options);

    Map<String, Row> quarantine = runs.quarantine("flat");
    QuarantineRuns.assertReason(
        quarantine, "uneven", "wrong_width", "expected a multiple of 32 numbers, found 33");
    QuarantineRuns.assertReason(quarantine, "empty", "empty", "expected 1 or more");
    QuarantineRuns.assertReason(quarantine, "null value", "null_input", "position 1");
    quarantine = runs.quarantine("binary");
    QuarantineRuns.assertReason(quarantine, "half", "wrong_width", "found 130 bytes");
    QuarantineRuns.assertReason(quarantine, "uneven", "wrong_width", "found 33");
    QuarantineRuns.assertReason(quarantine, "empty", "empty", "expected 1 or more");
    QuarantineRuns.assertReason(quarantine, "null", "null_input", "embeddings is null");
    assertThat(runs.table("binary", "sequences").collectAsList()).hasSize(1);
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
