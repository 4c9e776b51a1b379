package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import dev.headlight.pipeline.EncoderOptions.OnTooLong;
import dev.headlight.pipeline.atlas.Atlas;
import dev.headlight.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The attention weights of a few sequences, with their tokens as text: id, kept columns, {@code
 * n_tokens}, {@code truncated}, {@code attentions}, {@code tokens}.
 *
 * @param table with the columns of the run's plan
 * @param kept columns to take over; the first is the id
 * @param id as text, a column of the table
 */
record ExamplePatterns(
    SparkSession spark,
    CheckpointOnDriver checkpoint,
    RunOptions options,
    Dataset<Row> table,
    List<KeptColumn> kept,
    Column id) {

  private static final StructType TOKENS =
      new StructType()
          .add("__headlight_text", DataTypes.StringType)
          .add("tokens", DataTypes.createArrayType(DataTypes.StringType));

  /** Writes the examples of a run whose findings are there; nothing if none is worth it. */
  void write(Findings findings, ModelSource model) throws IOException {
    ExampleChoice choice =
        ExampleChoice.of(
            findings.readJson(Atlas.FILE),
            findings.read(EncodingJob.SUMMARY),
            options.examples().ids(),
            options.examples().count());
    if (!choice.ids().isEmpty()) {
      findings.save(compute(choice, model), EncodingJob.EXAMPLES);
    }
  }

  /** Computes the chosen rows again, this time for their attention weights; lazy but for tokens. */
  private Dataset<Row> compute(ExampleChoice choice, ModelSource model) {
    Dataset<Row> rows = table.filter(id.isInCollection(choice.ids()));
    EncoderOptions encoder =
        options.encoder().with(changes -> changes.outputs("attentions").statistics("none"));
    if (encoder.onTooLong() == OnTooLong.WINDOW) {
      // A sequence that is short enough to be an example is one window.
      encoder = encoder.with(changes -> changes.onTooLong(OnTooLong.TRUNCATE));
    }
    EncodingPlan plan =
        EncodingPlan.of(checkpoint, encoder, options.inputOptions(), table.schema(), kept, "");
    Dataset<Row> computed =
        plan.apply(
            rows, model, List.of(), false, new FailingRows(-1, null), EncodingTask.Progress.NONE);
    if (!choice.heads().isEmpty()) {
      String names =
          choice.heads().stream().map("'%s'"::formatted).collect(Collectors.joining(","));
      computed =
          computed.withColumn(
              "attentions",
              expr(
                  "filter(attentions, a -> concat_ws('/', a.attention, a.layer, a.head) IN (%s))"
                      .formatted(names)));
    }
    Dataset<Row> tokens = spark.createDataFrame(tokens(rows, plan), TOKENS);
    Column key = QuarantineTable.idText(col("`id`"), kept.get(0).type());
    return computed
        .join(tokens, key.equalTo(tokens.col("__headlight_text")), "left")
        .drop("__headlight_text")
        .coalesce(1)
        .sortWithinPartitions(key);
  }

  /** Tokens as people read them, for input that has tokens, if the checkpoint has a tokenizer. */
  private List<Row> tokens(Dataset<Row> rows, EncodingPlan plan) {
    InputSelection.Side side = plan.mainInput();
    boolean readable =
        side.main().source() instanceof TextSource || side.main().source() instanceof TokensSource;
    if (!readable || checkpoint.tokenizer().isEmpty()) {
      return List.of();
    }
    Column second =
        side.pair()
            .map(pair -> EncodingPlan.column(pair.column()))
            .orElse(org.apache.spark.sql.functions.lit(null).cast("string"));
    List<Row> found =
        rows.select(id, EncodingPlan.column(side.main().column()), second).collectAsList();
    Map<String, Row> result = new HashMap<>();
    try (Tokenizer tokenizer = checkpoint.tokenizer().get().open()) {
      Map<Integer, String> texts = new HashMap<>();
      for (Row row : found) {
        List<String> tokens = new ArrayList<>();
        for (int token : ids(row, tokenizer, plan)) {
          tokens.add(texts.computeIfAbsent(token, tokenizer::text));
        }
        result.put(row.getString(0), RowFactory.create(row.getString(0), tokens.toArray()));
      }
    }
    return List.copyOf(result.values());
  }

  private static int[] ids(Row row, Tokenizer tokenizer, EncodingPlan plan) {
    if (row.get(1) instanceof String text) {
      String first = plan.prompt() + text;
      return row.isNullAt(2)
          ? tokenizer.tokenize(first, plan.maxTokens()).inputIds()
          : tokenizer.tokenize(first, row.getString(2), plan.maxTokens()).inputIds();
    }
    scala.collection.Seq<Number> ids = row.getSeq(1);
    return CollectionConverters.asJava(ids).stream().mapToInt(Number::intValue).toArray();
  }
}
