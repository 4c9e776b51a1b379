package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.config.UnsupportedCheckpointException;
import dev.headlight.safetensors.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job refuses before it reads a row. */
class EncodingJobRefusalsTest {
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
  void tableOfAnotherFormatNeedsAnIdColumn() {
    Path json = folder.resolve("json");
    spark.read().parquet(input.toString()).write().json(json.toString());
    input = json;

    assertThatThrownBy(() -> prepare(o -> o.inputFormat("json").idColumn("key")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("expected a column 'key', found the columns id, input_ids, label");
    Path withoutId = folder.resolve("json-without-id");
    spark
        .read()
        .parquet(folder.resolve("input").toString())
        .drop("id")
        .write()
        .json(withoutId.toString());
    input = withoutId;
    assertThatThrownBy(() -> prepare(o -> o.inputFormat("json")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            withoutId
                + ": expected a column 'id', found the columns input_ids, label. Name the column that tells rows apart with id-column; only Parquet tables, and files that are a row each, can do without.");
  }

  @Test
  void outputThatExistsIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("output/sequences"));

    assertThatThrownBy(() -> prepare(o -> o))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "output: expected no such folder, since results are never overwritten");
    assertThatThrownBy(() -> prepare(o -> o.resume(true)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("to resume, found no run.json");
  }

  @Test
  void missingInputIsRefused() {
    input = folder.resolve("nowhere");

    assertThatThrownBy(() -> prepare(o -> o))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("nowhere: the table cannot be read as parquet")
        .hasMessageContaining("PATH_NOT_FOUND");
  }

  @Test
  void fileThatIsNoTableIsRefused() throws IOException {
    input = Files.writeString(folder.resolve("notes.parquet"), "not a table, but a line of text");

    assertThatThrownBy(() -> prepare(o -> o))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(input + ": the table cannot be read as parquet: ")
        .hasMessageContaining("is not a Parquet file")
        .hasMessageEndingWith("Check its path, and name its format with input-format.");
  }

  @Test
  void missingInputColumnIsRefused() {
    assertThatThrownBy(() -> prepare(o -> o.inputOptions(InputOptions.ofColumn("tokens"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(
            "expected a column 'tokens', found the columns id, label, input_ids")
        .hasMessageNotContaining("__headlight");
    assertThatThrownBy(() -> prepare(o -> o.keep(List.of("tag"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("expected a column 'tag', found the columns id, label, input_ids");
  }

  @Test
  void wronglyTypedInputColumnIsRefused() {
    assertThatThrownBy(() -> prepare(o -> o.inputOptions(InputOptions.ofColumn("label"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(
            "column 'label': expected string, or array<int> or array<bigint>, or")
        .hasMessageEndingWith("found double");
    StructType schema =
        new StructType()
            .add("id", DataTypes.StringType)
            .add("input_ids", DataTypes.createArrayType(DataTypes.StringType));
    input = jobs.write(schema, RowFactory.create("a", List.of("1")));
    assertThatThrownBy(() -> prepare(o -> o))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "column 'input_ids': expected array<int> or array<bigint>, found array<string>");
  }

  @Test
  void inputMustBeOneColumn() {
    StructType none = new StructType().add("id", DataTypes.StringType);
    input = jobs.write(none, RowFactory.create("a"));
    assertThatThrownBy(() -> prepare(o -> o))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("expected an input column named text or input_ids or embeddings");
    StructType two = TokenTable.SCHEMA.add("text", DataTypes.StringType);
    input = jobs.write(two, RowFactory.create("a", 0.0, List.of(1), "text"));
    assertThatThrownBy(() -> prepare(o -> o))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "expected one input column, found text and input_ids. Name the one to read with input-column.");
    assertThat(prepare(o -> o.inputOptions(new InputOptions("tokens", java.util.Optional.empty()))))
        .isNotNull();
  }

  @Test
  void textNeedsATokenizer() {
    StructType schema =
        new StructType().add("id", DataTypes.StringType).add("text", DataTypes.StringType);
    input = jobs.write(schema, RowFactory.create("a", "some text"));

    assertThatThrownBy(() -> prepare(o -> o))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(
            "column 'text' holds text, but the checkpoint folder has no tokenizer.json");
  }

  @Test
  void wrongOptionsAreRefused() {
    assertRefused(e -> e.outputs("embeddings"), "outputs: expected some of embedding, ");
    assertRefused(e -> e.statistics("shapes"), "statistics: 'shapes' is unknown");
    assertRefused(e -> e.layers(List.of(2)), "layers: expected numbers from 0 to 1, found 2");
    assertRefused(e -> e.precision("fp8"), "unknown precision 'fp8'");
    assertRefused(e -> e.kernels("cuda"), "unknown kernels 'cuda'");
    assertRefused(
        e -> e.outputs("embedding").pooling("median"), "pooling: expected one of cls, max, mean, ");
    assertRefused(
        e -> e.outputs("embedding").truncateDim(33),
        "truncate-dim: expected at most 32, the width of this model's embeddings, found 33");
    assertRefused(
        e -> e.outputs("attentions").maxAttentionTokens(0),
        "max-attention-tokens: expected 1 or more");
    assertRefused(e -> e.maxTokens(-1), "max-tokens: expected a number of 1 or more");
    assertThatThrownBy(() -> prepare(o -> o.format("parkuet")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(
            "format: expected the name of a Spark data source, such as parquet, found 'parkuet'");
  }

  private void assertRefused(UnaryOperator<EncoderOptions.Builder> change, String message) {
    assertThatThrownBy(() -> prepare(o -> o.encoder(change)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(message);
    assertThat(folder.resolve("output")).doesNotExist();
  }

  @Test
  void brokenCheckpointIsRefused() throws IOException {
    Path model = folder.resolve("model");
    assertThatThrownBy(() -> prepareModel(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(model + ": expected a checkpoint folder, found nothing there");
    Files.createDirectories(model);
    Files.copy(BertJobs.BERT.folder().resolve("config.json"), model.resolve("config.json"));
    assertThatThrownBy(() -> prepareModel(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected model.safetensors");
    Files.copy(
        BertJobs.BERT.folder().resolve("model.safetensors"), model.resolve("model.safetensors"));
    Files.writeString(
        model.resolve("config.json"),
        Files.readString(BertJobs.BERT.folder().resolve("config.json"))
            .replaceAll("\"intermediate_size\": \\d+", "\"intermediate_size\": 7"));
    assertThatThrownBy(() -> prepareModel(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected shape [7, 32]");
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"rwkv\"}");
    assertThatThrownBy(() -> prepareModel(model))
        .isInstanceOf(UnsupportedCheckpointException.class)
        .hasMessageContaining("rwkv");
  }

  private void prepareModel(Path model) {
    EncodingJob.prepare(
        spark,
        RunOptions.of(model.toString(), input.toString(), folder.resolve("output").toString())
            .build());
  }

  private EncodingJob prepare(UnaryOperator<RunOptions.Builder> changes) {
    return jobs.prepare(input, jobs.output(), changes);
  }
}
