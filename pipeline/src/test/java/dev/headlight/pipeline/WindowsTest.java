package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.text.Tokenized;
import dev.headlight.text.Tokenizer;
import dev.headlight.text.TokenizerDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Long texts are read as overlapping windows, and what is computed of them is pooled. */
class WindowsTest {
  private static final GoldenCase BERT =
      Goldens.get(Goldens.SENTENCE_TRANSFORMERS, "bert-mean-norm");
  private static final int TOKENS = 24;
  private static final int OVERLAP = 5;
  private static final StructType TEXTS =
      new StructType().add("id", DataTypes.StringType).add("text", DataTypes.StringType);
  private static final String LONG =
      "The old sailor was reading a letter from Paris near the harbour. ".repeat(9);

  private final SparkSession spark = TestSpark.session();

  @Test
  void resultsAreMeansOfTheWindows() throws IOException {
    List<Tokenized> windows;
    int tokens;
    try (Tokenizer tokenizer =
        TokenizerDefinition.read(BERT.checkpointFolder()).orElseThrow().open()) {
      windows = tokenizer.windows("", LONG, TOKENS, OVERLAP).windows();
      tokens = tokenizer.tokenize(LONG, 100_000).inputIds().length;
    }
    List<Row> ids = new ArrayList<>();
    for (Tokenized window : windows) {
      ids.add(
          RowFactory.create("w" + ids.size(), Arrays.stream(window.inputIds()).boxed().toList()));
    }
    Map<String, Row> each =
        rows(
            encoder()
                .setOnTooLong("truncate")
                .setOutputs("embedding", "attention_statistics", "last_hidden_state")
                .transform(
                    spark.createDataFrame(
                        ids,
                        new StructType()
                            .add("id", DataTypes.StringType)
                            .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType))))
                .collectAsList());

    // The default budget and one of a single window give the same.
    for (int batchTokens : new int[] {0, 8}) {
      Row whole = encode(encoder().setBatchTokens(batchTokens), LONG, "short").get("0");

      assertThat(whole.<Integer>getAs("n_tokens")).isEqualTo(tokens);
      assertThat(whole.<Integer>getAs("n_windows")).isEqualTo(windows.size()).isGreaterThan(3);
      assertThat(whole.<Boolean>getAs("truncated")).isFalse();
      assertEmbedding(whole, windows, each);
      assertStatistic(whole, windows, each);
    }
  }

  /** The checkpoint normalizes: the mean of what is pooled comes before that. */
  private static void assertEmbedding(Row whole, List<Tokenized> windows, Map<String, Row> each) {
    List<Float> embedding = whole.getList(whole.fieldIndex("embedding"));
    double squares = embedding.stream().mapToDouble(value -> (double) value * value).sum();
    assertThat(squares).isBetween(1 - 1e-5, 1 + 1e-5);
    double[] mean = new double[embedding.size()];
    for (int w = 0; w < windows.size(); w++) {
      Row window = each.get("w" + w);
      List<Float> values = window.getList(window.fieldIndex("embedding"));
      int tokens = window.getAs("n_tokens");
      for (int i = 0; i < mean.length; i++) {
        mean[i] += tokens * values.get(i) * norm(window);
      }
    }
    double length = Math.sqrt(Arrays.stream(mean).map(value -> value * value).sum());
    for (int i = 0; i < mean.length; i++) {
      assertThat(embedding.get(i))
          .isBetween((float) (mean[i] / length - 1e-5), (float) (mean[i] / length + 1e-5));
    }
  }

  /** The length that the pooled vector of a window had, from its last hidden states. */
  private static double norm(Row window) {
    List<scala.collection.Seq<Float>> states =
        window.getList(window.fieldIndex("last_hidden_state"));
    int width = states.get(0).size();
    double squares = 0;
    for (int i = 0; i < width; i++) {
      double sum = 0;
      for (scala.collection.Seq<Float> state : states) {
        sum += state.apply(i);
      }
      squares += Math.pow(sum / states.size(), 2);
    }
    return Math.sqrt(squares);
  }

  private static void assertStatistic(Row whole, List<Tokenized> windows, Map<String, Row> each) {
    double sum = 0;
    int tokens = 0;
    for (int w = 0; w < windows.size(); w++) {
      Row window = each.get("w" + w);
      int length = window.getAs("n_tokens");
      sum += length * entropy(window);
      tokens += length;
    }
    assertThat(entropy(whole)).isBetween(sum / tokens - 1e-6, sum / tokens + 1e-6);
  }

  private static double entropy(Row row) {
    Row head = row.<Row>getList(row.fieldIndex("attention_statistics")).get(3);
    return head.<Float>getAs("entropy");
  }

  @Test
  void shortTextsAreAsTheyAreWithoutWindows() {
    Row windowed = encode(encoder(), "A short text.").get("0");
    Row plain = encode(encoder().setOnTooLong("truncate"), "A short text.").get("0");

    assertThat(windowed.<Integer>getAs("n_windows")).isEqualTo(1);
    for (String column : List.of("n_tokens", "truncated", "embedding", "attention_statistics")) {
      assertThat(windowed.<Object>getAs(column)).as(column).isEqualTo(plain.getAs(column));
    }
  }

  @Test
  void badTextsAmongWindowsAreRejected() {
    Map<String, Row> rows = encode(encoder(), LONG, null, "a ".repeat(3 << 20));

    assertThat(rows.get("0").<Row>getAs("error")).isNull();
    assertThat(rows.get("1").<Row>getAs("error").getString(0)).isEqualTo("null_input");
    assertThat(rows.get("2").<Row>getAs("error").getString(0)).isEqualTo("too_long");
    assertThat(rows.get("2").<Row>getAs("error").getString(1))
        .contains("expected a text of at most 4194304 characters");
  }

  @Test
  void whatHasNoMeaningForWindowsIsRefused() {
    StructType pairs = TEXTS.add("text_pair", "string");
    StructType ids =
        new StructType().add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType));

    assertThatThrownBy(() -> encoder().transformSchema(pairs))
        .hasMessageContaining("expected a column of single texts to read as windows, found pairs");
    assertThatThrownBy(() -> encoder().transformSchema(ids))
        .hasMessageContaining("expected a column of single texts to read as windows, found tokens");
    assertThatThrownBy(() -> encoder().setOutputs("last_hidden_state").transformSchema(TEXTS))
        .hasMessageContaining("outputs: last_hidden_state has a value for each token");
    assertThatThrownBy(() -> encoder().setWindowOverlap(22).transformSchema(TEXTS))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected an overlap from 0 to 21, found 22");
    assertThatThrownBy(() -> encoder().setOnTooLong("truncate").setPrompt("a").transformSchema(ids))
        .hasMessage(
            "prompt: expected a column of text to put it before, found 'input_ids', which holds tokens");
  }

  private static SequenceEncoder encoder() {
    return new SequenceEncoder()
        .setModelPath(BERT.folder().toString())
        .setOutputs("embedding", "attention_statistics")
        .setMaxTokens(TOKENS)
        .setOnTooLong("window")
        .setWindowOverlap(OVERLAP);
  }

  private Map<String, Row> encode(SequenceEncoder encoder, String... texts) {
    List<Row> rows = new ArrayList<>();
    for (String text : texts) {
      rows.add(RowFactory.create(Integer.toString(rows.size()), text));
    }
    return rows(encoder.transform(spark.createDataFrame(rows, TEXTS)).collectAsList());
  }

  private static Map<String, Row> rows(List<Row> rows) {
    return rows.stream().collect(Collectors.toMap(row -> row.getString(0), row -> row));
  }
}
