package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.pipeline.EmbeddingFormat.Precision;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Embeddings in fewer bits equal those of sentence-transformers' quantize_embeddings. */
class EmbeddingPrecisionTest {
  private static final Tensors GOLDEN =
      new GoldenCase("", "quantization", Goldens.root().resolve("quantization"))
          .tensors("expected.safetensors");
  private static final int WIDTH = 20;
  private static final GoldenCase BERT = Goldens.get(Goldens.GOLDENS, "bert");

  private final SparkSession spark = TestSpark.session();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"INT8", "UINT8", "BINARY", "UBINARY"})
  void numbersAreThoseOfSentenceTransformers(Precision precision) {
    Dataset<Row> table = embeddings();
    Optional<EmbeddingRanges> ranges =
        precision.needsRanges()
            ? Optional.of(EmbeddingRanges.of(table, functions.col("embedding"), WIDTH))
            : Optional.empty();

    assertQuantized(EncoderOptions.text(precision), new EmbeddingQuantizer(precision, ranges));
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"INT8", "UINT8"})
  void numbersBeyondRangesOfOthersAreThoseOfSentenceTransformers(Precision precision) {
    float[] ranges = GOLDEN.floats("ranges");
    EmbeddingRanges given =
        new EmbeddingRanges(
            Arrays.copyOf(ranges, WIDTH), Arrays.copyOfRange(ranges, WIDTH, 2 * WIDTH));
    EmbeddingRanges read = EmbeddingRanges.parse("here", given.toJson(), WIDTH);

    assertQuantized(
        "ranges." + EncoderOptions.text(precision),
        new EmbeddingQuantizer(precision, Optional.of(read)));
  }

  private void assertQuantized(String name, EmbeddingQuantizer quantizer) {
    List<Row> rows =
        embeddings()
            .select(quantizer.apply(functions.col("embedding")).cast("array<bigint>"))
            .collectAsList();
    long[] expected = GOLDEN.longs(name);
    int width = (int) GOLDEN.shape(name)[1];
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).<Long>getList(0))
          .as("row %d", i)
          .isEqualTo(Arrays.stream(expected, i * width, (i + 1) * width).boxed().toList());
    }
  }

  private Dataset<Row> embeddings() {
    float[] values = GOLDEN.floats("embeddings");
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < values.length / WIDTH; i++) {
      List<Float> row = new ArrayList<>();
      for (int d = 0; d < WIDTH; d++) {
        row.add(values[i * WIDTH + d]);
      }
      rows.add(RowFactory.create(i, row));
    }
    return spark
        .createDataFrame(
            rows,
            new StructType()
                .add("id", DataTypes.IntegerType)
                .add("embedding", EmbeddingQuantizer.FLOATS))
        .coalesce(1);
  }

  @Test
  void jobTakesTheRangesOfItsOwnEmbeddingsAndKeepsThem() throws IOException {
    Path input = folder.resolve("input");
    TokenTable.table(TokenTable.rows(BERT, 9, 9)).write().parquet(input.toString());
    run(input, "float", e -> e);
    EncodingJob job = run(input, "own", e -> e.embeddingFormat(format(Precision.INT8, null)));
    String file = folder.resolve("own").resolve(EncodingJob.EMBEDDING_RANGES).toString();
    run(input, "given", e -> e.embeddingFormat(format(Precision.UINT8, file)));
    run(input, "bits", e -> e.embeddingFormat(format(Precision.BINARY, null)));

    Dataset<Row> floats = sequences("float");
    EmbeddingRanges ranges = EmbeddingRanges.of(floats, functions.col("embedding"), 32);
    assertThat(Files.readString(Path.of(file))).isEqualTo(ranges.toJson());
    assertThat(values("own")).isEqualTo(quantized(floats, Precision.INT8, Optional.of(ranges)));
    assertThat(values("given")).isEqualTo(quantized(floats, Precision.UINT8, Optional.of(ranges)));
    assertThat(values("bits")).isEqualTo(quantized(floats, Precision.BINARY, Optional.empty()));
    assertThat(sequences("own").columns()).isEqualTo(floats.columns());
    assertThat(sequences("own").schema()).isEqualTo(asNullable(job.sequencesSchema()));
    JsonNode embedding =
        new ObjectMapper().readTree(folder.resolve("own/run.json").toFile()).path("embedding");
    assertThat(embedding.path("precision").asText()).isEqualTo("int8");
    assertThat(embedding.path("ranges").asText()).isEqualTo("embedding_ranges.json");
    assertThat(folder.resolve("own").toFile().list((d, name) -> name.startsWith("_work")))
        .isEmpty();
  }

  @Test
  void rangesThatDoNotFitAreRefusedBeforeAnyRowIsRead() throws IOException {
    Path narrow = folder.resolve("narrow.json");
    Files.writeString(narrow, "{\"min\": [0, 1], \"max\": [1, 2]}");
    Path turned = folder.resolve("turned.json");
    Files.writeString(turned, new EmbeddingRanges(filled(1), filled(0)).toJson());
    Path text = folder.resolve("text.json");
    Files.writeString(text, "min");
    assertThatThrownBy(() -> encoder("int8").transformSchema(TokenTable.SCHEMA))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("embeddingPrecision int8: expected embeddingRanges, found none");
    assertThatThrownBy(() -> refused(narrow))
        .hasMessageContaining("min: expected 32 numbers, one for each dimension, found 2");
    assertThatThrownBy(() -> refused(turned))
        .hasMessageContaining("dimension 0: expected a min of at most max, found 1.0 and 0.0");
    assertThatThrownBy(() -> refused(text)).hasMessageContaining("text.json is no JSON");
    assertThatThrownBy(() -> refused(folder.resolve("missing.json")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing.json cannot be read");
    assertThatThrownBy(() -> encoder("binary").setEmbeddingRanges("a").options())
        .hasMessageContaining("Only int8 and uint8 take ranges");
    assertThatThrownBy(() -> encoder("int4").options())
        .hasMessage(
            "embeddingPrecision: expected float, int8, uint8, binary or ubinary, found 'int4'");
  }

  private void refused(Path ranges) {
    encoder("uint8").setEmbeddingRanges(ranges.toString()).transformSchema(TokenTable.SCHEMA);
  }

  private static float[] filled(float value) {
    float[] values = new float[32];
    Arrays.fill(values, value);
    return values;
  }

  private static SequenceEncoder encoder(String precision) {
    return new SequenceEncoder()
        .setModelPath(BERT.folder().toString())
        .setOutputs("embedding")
        .setEmbeddingPrecision(precision);
  }

  private static EmbeddingFormat format(Precision precision, String ranges) {
    return new EmbeddingFormat(precision, Optional.ofNullable(ranges));
  }

  private EncodingJob run(
      Path input, String output, UnaryOperator<EncoderOptions.Builder> changes) {
    EncodingJob job =
        EncodingJob.prepare(
            spark,
            RunOptions.of(
                    BERT.folder().toString(), input.toString(), folder.resolve(output).toString())
                .encoder(e -> changes.apply(e.outputs("embedding")))
                .build());
    job.run();
    return job;
  }

  private Dataset<Row> sequences(String output) {
    return spark
        .read()
        .parquet(folder.resolve(output).resolve(EncodingJob.SEQUENCES).toString())
        .orderBy("id");
  }

  private List<Row> values(String output) {
    return sequences(output).select("embedding").collectAsList();
  }

  private static List<Row> quantized(
      Dataset<Row> floats, Precision precision, Optional<EmbeddingRanges> ranges) {
    return floats
        .select(new EmbeddingQuantizer(precision, ranges).apply(functions.col("embedding")))
        .collectAsList();
  }

  private static StructType asNullable(StructType schema) {
    return schema.asNullable();
  }
}
