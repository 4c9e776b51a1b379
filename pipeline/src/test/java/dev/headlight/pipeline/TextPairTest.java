package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.text.Tokenized;
import dev.headlight.text.Tokenizer;
import dev.headlight.text.TokenizerDefinition;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Pairs of texts become one sequence with token types, as a tokenizer makes it. */
class TextPairTest {
  private static final GoldenCase BERT = Goldens.get(Goldens.SENTENCE_TRANSFORMERS, "bert-cls");
  private static final String FIRST = "The river is high today.";
  private static final String SECOND = "Boats stay in the harbour, all of them.";
  private static final StructType PAIRS =
      new StructType().add("id", "string").add("text", "string").add("text_pair", "string");

  private final SparkSession spark = TestSpark.session();

  @Test
  void pairsGiveTheBitsOfTheirTokensAndTokenTypes() throws IOException {
    Tokenized tokens;
    try (Tokenizer tokenizer =
        TokenizerDefinition.read(BERT.checkpointFolder()).orElseThrow().open()) {
      tokens = tokenizer.tokenize(FIRST, SECOND, 64);
    }
    assertThat(tokens.tokenTypeIds()).contains(0, 1);
    StructType schema =
        new StructType()
            .add("id", DataTypes.StringType)
            .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType))
            .add("token_type_ids", DataTypes.createArrayType(DataTypes.IntegerType));
    Row ids = RowFactory.create("ids", list(tokens.inputIds()), list(tokens.tokenTypeIds()));
    Row untyped =
        RowFactory.create(
            "untyped", list(tokens.inputIds()), list(new int[tokens.inputIds().length]));

    Map<String, Row> pairs = encode(e -> e, PAIRS, RowFactory.create("pair", FIRST, SECOND));
    Map<String, Row> typed = encode(e -> e, schema, ids, untyped);

    assertThat(values(pairs.get("pair"))).isEqualTo(values(typed.get("ids")));
    assertThat(values(pairs.get("pair"))).isNotEqualTo(values(typed.get("untyped")));
  }

  @Test
  void rowsWithoutSecondTextAreSingleTexts() {
    Map<String, Row> rows =
        encode(
            e -> e,
            PAIRS,
            RowFactory.create("alone", FIRST, null),
            RowFactory.create("null", null, SECOND));
    Map<String, Row> single =
        encode(
            e -> e,
            new StructType().add("id", "string").add("text", "string"),
            RowFactory.create("alone", FIRST));

    assertThat(values(rows.get("alone"))).isEqualTo(values(single.get("alone")));
    assertThat(rows.get("null").<Row>getAs("error").getString(0)).isEqualTo("null_input");
  }

  @Test
  void secondTextCanBeNamed() {
    StructType schema =
        new StructType().add("id", "string").add("question", "string").add("answer", "string");
    Map<String, Row> named =
        encode(
            e -> e.setInputCol("question").setPairCol("answer"),
            schema,
            RowFactory.create("pair", FIRST, SECOND));

    assertThat(values(named.get("pair")))
        .isEqualTo(
            values(encode(e -> e, PAIRS, RowFactory.create("pair", FIRST, SECOND)).get("pair")));
    assertThatThrownBy(
            () ->
                encode(
                    e -> e.setInputCol("question").setPairCol("reply"),
                    schema,
                    RowFactory.create("pair", FIRST, SECOND)))
        .hasMessageStartingWith("expected a column 'reply', found the columns");
  }

  @Test
  void longPairsLoseTokensOfTheLongerText() {
    Map<String, Row> rows =
        encode(e -> e.setMaxTokens(12), PAIRS, RowFactory.create("pair", FIRST, SECOND));

    assertThat(rows.get("pair").<Integer>getAs("n_tokens")).isEqualTo(12);
    assertThat(rows.get("pair").<Boolean>getAs("truncated")).isTrue();
  }

  @Test
  void secondTextWithoutFirstTextIsRefused() {
    StructType schema =
        new StructType()
            .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType))
            .add("answer", "string");

    assertThatThrownBy(
            () ->
                new SequenceEncoder()
                    .setModelPath(BERT.folder().toString())
                    .setPairCol("answer")
                    .transformSchema(schema))
        .hasMessage(
            "pair-column: expected a first column of text, found 'input_ids', which holds tokens");
  }

  private Map<String, Row> encode(
      UnaryOperator<SequenceEncoder> changes, StructType schema, Row... rows) {
    Dataset<Row> table = spark.createDataFrame(List.of(rows), schema);
    SequenceEncoder encoder =
        new SequenceEncoder()
            .setModelPath(BERT.folder().toString())
            .setOutputs("embedding", "last_hidden_state");
    return changes.apply(encoder).transform(table).collectAsList().stream()
        .collect(Collectors.toMap(row -> row.getString(0), row -> row));
  }

  private static List<Object> values(Row row) {
    return List.of(row.getAs("n_tokens"), row.getAs("embedding"), row.getAs("last_hidden_state"));
  }

  private static List<Integer> list(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
