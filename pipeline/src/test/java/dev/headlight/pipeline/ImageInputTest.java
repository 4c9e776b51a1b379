package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
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

/** Images as files, as Spark reads them and as pixel values; bad ones are told apart. */
class ImageInputTest {
  private static final GoldenCase VIT = Goldens.get(Goldens.GOLDENS, "vit-rgb32");
  private static final Path IMAGES = Goldens.root().resolve("images");
  private static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);
  private static final DataType NESTED =
      DataTypes.createArrayType(DataTypes.createArrayType(FLOATS));
  private static final StructType SPARK_IMAGE =
      new StructType()
          .add("origin", DataTypes.StringType)
          .add("height", DataTypes.IntegerType)
          .add("width", DataTypes.IntegerType)
          .add("nChannels", DataTypes.IntegerType)
          .add("mode", DataTypes.IntegerType)
          .add("data", DataTypes.BinaryType);

  private final SparkSession spark = TestSpark.session();

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void checkpointWithPreprocessor() throws IOException {
    model = Files.createDirectory(folder.resolve("model"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(VIT.folder().resolve(file), model.resolve(file));
    }
    Files.copy(IMAGES.resolve("processors/vit.json"), model.resolve("preprocessor_config.json"));
  }

  @Test
  void filesAndSparkImagesAndPixelValuesGiveTheSameBits() throws IOException {
    // Of this file Spark's own reader and transformers' decode the same pixels.
    Path files = Files.createDirectory(folder.resolve("files"));
    Files.copy(IMAGES.resolve("files/color.png"), files.resolve("color.png"));
    byte[] file = Files.readAllBytes(files.resolve("color.png"));

    List<Object> ofFile = encode(file, "image", DataTypes.BinaryType);
    Row image = spark.read().format("image").load(files.toString()).first().getStruct(0);
    List<Object> ofSpark = encode(image, "image", SPARK_IMAGE);

    assertThat(ofSpark).isEqualTo(ofFile);
    assertThat(ofFile.get(0)).isEqualTo(1 + 16);
  }

  @Test
  void tablesOfImageFilesHaveTheirPathsAsIds() throws IOException {
    Path files = Files.createDirectories(folder.resolve("files/label=a"));
    for (String name : List.of("color.png", "gray.jpg", "palette.png")) {
      Files.copy(IMAGES.resolve("files").resolve(name), files.resolve(name));
    }
    Files.writeString(files.resolve("notes.png"), "no image");

    RunResult result = run(folder.resolve("files"), o -> o.inputFormat("binaryFile"), "content");

    assertThat(result.sequences()).isEqualTo(3);
    assertThat(ids("output/sequences"))
        .containsExactlyInAnyOrder("label=a/color.png", "label=a/gray.jpg", "label=a/palette.png");
    assertThat(ids("output/quarantine")).containsExactly("label=a/notes.png");
  }

  @Test
  void badImagesAreRejectedWithTheirReason() throws IOException {
    byte[] whole = Files.readAllBytes(IMAGES.resolve("files/color.png"));
    Map<String, Row> rows =
        errors(
            new StructType().add("id", DataTypes.StringType).add("image", DataTypes.BinaryType),
            RowFactory.create("good", whole),
            RowFactory.create("null", null),
            RowFactory.create("empty", new byte[0]),
            RowFactory.create("text", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            RowFactory.create("half", Arrays.copyOf(whole, whole.length / 2)));

    assertThat(rows.get("good").<Row>getAs("error")).isNull();
    assertReason(rows, "null", "null_input", "image is null");
    assertReason(rows, "empty", "empty", "image has no bytes");
    assertReason(rows, "text", "not_an_image", "image: ");
    assertReason(rows, "half", "damaged_image", "expected a whole PNG file");
  }

  @Test
  void badSparkImagesAreRejectedWithTheirReason() {
    byte[] bytes = new byte[4 * 4 * 3];
    Map<String, Row> rows =
        errors(
            new StructType().add("id", DataTypes.StringType).add("image", SPARK_IMAGE),
            RowFactory.create("good", RowFactory.create("a", 4, 4, 3, 16, bytes)),
            RowFactory.create("null", null),
            RowFactory.create("no data", RowFactory.create("a", 4, 4, 3, 16, null)),
            RowFactory.create("short", RowFactory.create("a", 5, 4, 3, 16, bytes)),
            RowFactory.create("mode", RowFactory.create("a", 4, 4, 3, 21, bytes)),
            RowFactory.create("undefined", RowFactory.create("a", -1, -1, -1, -1, new byte[0])));

    assertThat(rows.get("good").<Row>getAs("error")).isNull();
    assertReason(rows, "null", "null_input", "image, height is null");
    assertReason(rows, "no data", "null_input", "image, data is null");
    assertReason(rows, "short", "damaged_image", "found 48");
    assertReason(rows, "mode", "not_an_image", "found mode 21");
    assertReason(rows, "undefined", "not_an_image", "found mode -1");
  }

  @Test
  void nestedAndFlatPixelValuesGiveTheSameBits() {
    List<List<List<Float>>> nested = pixels(3, 32, 32);
    List<Float> flat = nested.stream().flatMap(List::stream).flatMap(List::stream).toList();
    List<Double> wide = flat.stream().map(Float::doubleValue).toList();

    List<Object> expected = encode(nested, "pixel_values", NESTED);

    assertThat(encode(flat, "pixel_values", FLOATS)).isEqualTo(expected);
    assertThat(encode(wide, "pixel_values", DataTypes.createArrayType(DataTypes.DoubleType)))
        .isEqualTo(expected);
  }

  @Test
  void badPixelValuesAreRejectedWithTheirReason() {
    List<List<List<Float>>> uneven = new ArrayList<>(pixels(3, 32, 32));
    uneven.set(2, uneven.get(2).subList(0, 31));
    List<List<List<Float>>> narrow = new ArrayList<>(pixels(3, 32, 32));
    narrow.set(1, Collections.nCopies(32, Collections.nCopies(31, 1f)));
    StructType schema =
        new StructType().add("id", DataTypes.StringType).add("pixel_values", NESTED);
    Map<String, Row> rows =
        errors(
            schema,
            RowFactory.create("good", pixels(3, 32, 32)),
            RowFactory.create("null", null),
            RowFactory.create("empty", List.of()),
            RowFactory.create("null channel", Arrays.asList(pixels(1, 32, 32).get(0), null)),
            RowFactory.create("uneven", uneven),
            RowFactory.create("narrow", narrow),
            RowFactory.create("gray", pixels(1, 32, 32)),
            RowFactory.create("small", pixels(3, 16, 16)),
            RowFactory.create(
                "NaN",
                Collections.nCopies(
                    3, Collections.nCopies(32, Collections.nCopies(32, Float.NaN)))));

    assertThat(rows.get("good").<Row>getAs("error")).isNull();
    assertReason(rows, "null", "null_input", "pixel_values is null");
    assertReason(rows, "empty", "wrong_size", "found 0 x 0 x 0");
    assertReason(rows, "null channel", "null_input", "position 1");
    assertReason(rows, "uneven", "ragged", "expected 32 rows, found 31");
    assertReason(rows, "narrow", "ragged", "expected 32 values, found 31");
    assertReason(rows, "gray", "wrong_size", "found 1 x 32 x 32");
    assertReason(rows, "small", "wrong_size", "expected pixel values of 3 x 32 x 32");
    assertReason(rows, "NaN", "not_finite", "NaN at row 0");

    StructType flat = new StructType().add("id", DataTypes.StringType).add("pixel_values", FLOATS);
    Map<String, Row> flatRows =
        errors(flat, RowFactory.create("short", Collections.nCopies(3 * 32 * 32 - 1, 1f)));
    assertReason(
        flatRows, "short", "wrong_size", "expected 3072 numbers (3 x 32 x 32), found 3071");
  }

  @Test
  void imagesOfMoreTokensThanAskedForAreRejectedWhole() {
    StructType schema =
        new StructType().add("id", DataTypes.StringType).add("pixel_values", NESTED);
    List<Row> rows = List.of(RowFactory.create("image", pixels(3, 32, 32)));

    Row row = encoder().setMaxTokens(16).transform(spark.createDataFrame(rows, schema)).first();

    assertThat(row.<Row>getAs("error").getString(0)).isEqualTo("too_long");
    assertThat(row.<Row>getAs("error").getString(1)).contains("at most 16 tokens, found 17");
  }

  @Test
  void whatCannotBeReadIsSaidBeforeAnyRowIs() throws IOException {
    StructType text = new StructType().add("id", DataTypes.StringType).add("text", "string");
    StructType both =
        new StructType().add("image", DataTypes.BinaryType).add("pixel_values", FLOATS);
    StructType image = new StructType().add("image", DataTypes.BinaryType);

    assertThatThrownBy(() -> encoder().transformSchema(text))
        .hasMessage("column 'text' holds text, which a model of the family vit does not read");
    assertThatThrownBy(() -> encoder().transformSchema(both))
        .hasMessageContaining("expected one input column, found image and pixel_values");
    Files.delete(model.resolve("preprocessor_config.json"));
    assertThatThrownBy(() -> encoder().transformSchema(image))
        .hasMessageContaining("preprocessor_config.json")
        .hasMessageContaining("give pixel values instead of images");
  }

  private SequenceEncoder encoder() {
    return new SequenceEncoder()
        .setModelPath(model.toString())
        .setOutputs("embedding", "last_hidden_state");
  }

  private List<Object> encode(Object value, String column, DataType type) {
    StructType schema = new StructType().add(column, type);
    Row row =
        encoder()
            .setKeepCols()
            .setHandleInvalid("error")
            .transform(spark.createDataFrame(List.of(RowFactory.create(value)), schema))
            .first();
    return List.of(row.get(0), row.get(1), row.get(2), row.get(3));
  }

  private Map<String, Row> errors(StructType schema, Row... rows) {
    Dataset<Row> table = spark.createDataFrame(List.of(rows), schema);
    return encoder().setKeepCols("id").transform(table).collectAsList().stream()
        .collect(Collectors.toMap(row -> row.getString(0), row -> row));
  }

  private RunResult run(
      Path input, java.util.function.UnaryOperator<RunOptions.Builder> changes, String column) {
    RunOptions.Builder options =
        RunOptions.of(model.toString(), input.toString(), folder.resolve("output").toString())
            .inputOptions(InputOptions.ofColumn(column));
    return EncodingJob.prepare(spark, changes.apply(options).build()).run();
  }

  private List<String> ids(String table) {
    return spark.read().parquet(folder.resolve(table).toString()).collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  private static void assertReason(
      Map<String, Row> rows, String id, String reason, String... message) {
    Row error = rows.get(id).getAs("error");
    assertThat(error.getString(0)).as(id).isEqualTo(reason);
    assertThat(error.getString(1)).as(id).contains(message);
  }

  private static List<List<List<Float>>> pixels(int channels, int height, int width) {
    return Stream.iterate(0, c -> c + 1)
        .limit(channels)
        .map(
            c ->
                Stream.iterate(0, y -> y + 1)
                    .limit(height)
                    .map(
                        y ->
                            Stream.iterate(0, x -> x + 1)
                                .limit(width)
                                .map(x -> ((c + 3 * y + 7 * x) % 11 - 5) / 5f)
                                .toList())
                    .toList())
        .toList();
  }
}
