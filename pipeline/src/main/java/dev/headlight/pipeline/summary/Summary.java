package dev.headlight.pipeline.summary;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import dev.headlight.pipeline.Bridge;
import dev.headlight.pipeline.ConfigurationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Aggregates of the statistics in {@code sequences} tables: one row per attention, layer, head and
 * statistic, with count, mean, stddev, min, quantiles (p05 to p95) and max over the sequences for
 * which the statistic is defined. Statistics of layers have no head (null). Asked for by a column,
 * there are the same rows again for each of its values, which stands in {@code subset} as text; in
 * rows for all sequences it is null. Sequences whose value is null make the subset {@code null};
 * text that reads null stands there in quotes, and text of null in quotes in further ones.
 *
 * <p>Summaries merge: of several tables one is made that is that of all their sequences, bit for
 * bit, whatever the order and the partitions. {@code sums} has what mean and stddev are made of,
 * without rounding. {@code histogram} has how often which values came, ascending: up to 512 values
 * as they are, of more the lower ends of bins, 256 for each power of two. Quantiles are read from
 * it: of up to 512 values they are exact, then within 1/256 of the value.
 *
 * <p>{@code highest} names the sequences with the three highest values, among those of a length to
 * look at.
 */
public final class Summary {
  /** Shorter sequences are no examples: nearly every statistic is high in some of them. */
  static final int LEAST_EXAMPLE_TOKENS = 8;

  private static final String HEADS = "attention_statistics";
  private static final String LAYERS = "layer_statistics";

  /** Text that would look like a null, or like such a text in quotes. */
  private static final String TEXT_NULL = "^(\"*)null\\1$";

  private Summary() {}

  /** The summary of a table; lazy. Empty if the table has no statistics. */
  public static Dataset<Row> of(Dataset<Row> sequences) {
    return of(sequences, Optional.empty(), 256);
  }

  /**
   * The summary of a table, also by the values of a column; lazy.
   *
   * @param by column whose values, as text, make groups
   * @param exampleTokens longest sequence that is named as an example
   * @throws ConfigurationException if the table has no such column
   */
  public static Dataset<Row> of(Dataset<Row> sequences, Optional<String> by, int exampleTokens) {
    List<String> heads = statistics(sequences, HEADS, List.of("attention", "layer", "head"));
    List<String> layers = statistics(sequences, LAYERS, List.of("attention", "layer"));
    Dataset<Row> rows =
        sequences.select(
            subset(sequences, by).as("subset"),
            example(sequences, exampleTokens).as("id"),
            bytes(HEADS, "ofHeads", heads, 3).as("heads"),
            bytes(LAYERS, "ofLayers", layers, 2).as("layers"));
    int slots = sequences.sparkSession().sparkContext().defaultParallelism();
    Dataset<Row> partial =
        rows.coalesce(Math.max(1, slots))
            .mapPartitions(
                new PartialSummary(new ArrayList<>(heads), new ArrayList<>(layers)),
                Encoders.row(SummaryTable.with(SummaryTable.KEYS, SummaryTable.PARTIAL)));
    return merge(by.isPresent() ? withWhole(partial) : partial);
  }

  /**
   * One summary of several, which must be of different sequences; lazy.
   *
   * @param summaries tables that {@link #of} made
   */
  public static Dataset<Row> merge(List<Dataset<Row>> summaries) {
    Column[] partial =
        Arrays.stream(SummaryTable.with(SummaryTable.KEYS, SummaryTable.PARTIAL).fieldNames())
            .map(functions::col)
            .toArray(Column[]::new);
    Dataset<Row> all =
        summaries.stream()
            .map(summary -> summary.select(partial))
            .reduce(Dataset::unionByName)
            .orElseThrow();
    return merge(all);
  }

  private static Dataset<Row> withWhole(Dataset<Row> partial) {
    Column both = functions.array(col("subset"), lit(null).cast(DataTypes.StringType));
    return partial.withColumn("subset", functions.explode(both));
  }

  private static Dataset<Row> merge(Dataset<Row> partial) {
    Column[] keys =
        Arrays.stream(SummaryTable.KEYS.fieldNames()).map(functions::col).toArray(Column[]::new);
    return partial
        .repartition(keys)
        .mapPartitions(
            new MergedSummary(),
            Encoders.row(SummaryTable.with(SummaryTable.KEYS, SummaryTable.MEASURES)))
        .repartition(1)
        .sortWithinPartitions("subset", "attention", "layer", "head", "statistic");
  }

  private static boolean has(Dataset<Row> table, String column) {
    return Arrays.asList(table.columns()).contains(column);
  }

  private static List<String> statistics(Dataset<Row> table, String column, List<String> keys) {
    if (!has(table, column)) {
      return List.of();
    }
    StructType struct =
        (StructType) ((ArrayType) table.schema().apply(column).dataType()).elementType();
    List<String> names = Arrays.asList(struct.fieldNames());
    if (names.size() < keys.size() || !names.subList(0, keys.size()).equals(keys)) {
      throw new ConfigurationException(
          "%s: expected structs that begin with %s, as runs write them, found %s"
              .formatted(column, keys, names));
    }
    return names.subList(keys.size(), names.size());
  }

  private static Column bytes(String column, String method, List<String> statistics, int keys) {
    return statistics.isEmpty()
        ? lit(null).cast(DataTypes.BinaryType)
        : Bridge.call(
            StatisticsBytes.class,
            method,
            DataTypes.BinaryType,
            col(column),
            lit(keys + statistics.size()));
  }

  private static Column subset(Dataset<Row> table, Optional<String> by) {
    if (by.isEmpty()) {
      return lit(null).cast(DataTypes.StringType);
    }
    if (!has(table, by.get())) {
      throw new ConfigurationException(
          "summary-by: expected one of the columns that are kept, found '%s'. Add it to keep."
              .formatted(by.get()));
    }
    Column name = col("`" + by.get().replace("`", "``") + "`").cast(DataTypes.StringType);
    Column quoted = functions.concat(lit("\""), name, lit("\""));
    return coalesce(when(name.rlike(TEXT_NULL), quoted).otherwise(name), lit("null"));
  }

  /** The row's id, if it is of a length to look at. */
  private static Column example(Dataset<Row> table, int most) {
    if (!has(table, "id") || !has(table, "n_tokens")) {
      return lit(null).cast(DataTypes.StringType);
    }
    Column fits = col("n_tokens").between(LEAST_EXAMPLE_TOKENS, most);
    return when(fits, col("id").cast(DataTypes.StringType));
  }
}
