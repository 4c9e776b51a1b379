package dev.headlight.pipeline.compare;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.stddev_samp;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * How statistics of heads differ between two tables of the same sequences, row by row: attention,
 * layer, head, statistic, count, first and second (means over the sequences that have it in both),
 * difference, absolute (mean of the absolute differences) and effect (difference in standard
 * deviations of the first). Heads that only one of them has, because layers were cut, are left out.
 */
final class HeadDrift {
  static final String STATISTICS = "attention_statistics";
  static final String PATTERNS = "attentions";
  private static final List<String> KEYS = List.of("attention", "layer", "head");

  /** Jensen-Shannon divergence of two rows of weights p and q, in nats. */
  private static final String ROW_DIVERGENCE =
      "aggregate(zip_with(p, q, (x, y) -> cast("
          + "if(x > 0, x * ln(2 * x / (x + y)), 0) + if(y > 0, y * ln(2 * y / (x + y)), 0)"
          + " AS double) / 2), 0D, (sum, term) -> sum + term)";

  private static final String DIVERGENCE =
      "aggregate(zip_with(first.weights, second.weights, (p, q) -> "
          + ROW_DIVERGENCE
          + "), 0D, (sum, term) -> sum + term) / size(first.weights)";

  private HeadDrift() {}

  /** Statistics that both have. */
  static List<String> common(Dataset<Row> first, Dataset<Row> second) {
    List<String> names = new ArrayList<>(fields(first));
    names.retainAll(fields(second));
    names.removeAll(KEYS);
    return names;
  }

  private static List<String> fields(Dataset<Row> table) {
    if (!Arrays.asList(table.columns()).contains(STATISTICS)) {
      return List.of();
    }
    ArrayType type = (ArrayType) table.schema().apply(STATISTICS).dataType();
    return Arrays.asList(((StructType) type.elementType()).fieldNames());
  }

  /** Of the statistics that both have; there must be one. */
  static Dataset<Row> ofStatistics(Dataset<Row> first, Dataset<Row> second) {
    List<String> statistics = common(first, second);
    Column[] drifts =
        statistics.stream()
            .map(name -> drift("first.`%s`".formatted(name), "second.`%s`".formatted(name), name))
            .toArray(Column[]::new);
    Dataset<Row> wide =
        joined(first, second, STATISTICS)
            .groupBy(keys())
            .agg(drifts[0], Arrays.copyOfRange(drifts, 1, drifts.length));
    Column[] named =
        statistics.stream()
            .map(name -> struct(lit(name).as("statistic"), col("`" + name + "`").as("of")))
            .toArray(Column[]::new);
    return wide.select(col("attention"), col("layer"), col("head"), explode(array(named)).as("row"))
        .select("attention", "layer", "head", "row.statistic", "row.of.*")
        .withColumn("effect", effect())
        .drop("deviation");
  }

  /** The mean divergence of patterns, as a statistic that is 0 in the first. */
  static Dataset<Row> ofPatterns(Dataset<Row> first, Dataset<Row> second) {
    Column divergence = expr(DIVERGENCE);
    return joined(first, second, PATTERNS)
        .groupBy(keys())
        .agg(
            count(divergence).as("count"),
            lit(0.0).as("first"),
            avg(divergence).as("second"),
            avg(divergence).as("difference"),
            avg(divergence).as("absolute"))
        .select(
            col("attention"),
            col("layer"),
            col("head"),
            lit("divergence").as("statistic"),
            col("count"),
            col("first"),
            col("second"),
            col("difference"),
            col("absolute"),
            lit(null).cast(DataTypes.DoubleType).as("effect"));
  }

  private static Column[] keys() {
    return KEYS.stream().map(org.apache.spark.sql.functions::col).toArray(Column[]::new);
  }

  /** Heads of the sequences that are in both: id, keys, and a struct of each run. */
  private static Dataset<Row> joined(Dataset<Row> first, Dataset<Row> second, String column) {
    List<String> on = new ArrayList<>(List.of("id"));
    on.addAll(KEYS);
    return heads(first, column, "first")
        .join(heads(second, column, "second"), on.toArray(String[]::new));
  }

  private static Dataset<Row> heads(Dataset<Row> table, String column, String name) {
    return table
        .select(col("id"), inline(col(column)))
        .select(col("id"), col("attention"), col("layer"), col("head"), struct(col("*")).as(name));
  }

  private static Column drift(String first, String second, String name) {
    Column one = col(first).cast(DataTypes.DoubleType);
    Column other = col(second).cast(DataTypes.DoubleType);
    Column both = one.isNotNull().and(other.isNotNull());
    return struct(
            count(when(both, lit(1))).as("count"),
            avg(when(both, one)).as("first"),
            avg(when(both, other)).as("second"),
            avg(when(both, other.minus(one))).as("difference"),
            avg(when(both, abs(other.minus(one)))).as("absolute"),
            stddev_samp(when(both, one)).as("deviation"))
        .as(name);
  }

  /** Where all values of the first are the same, any difference is without measure. */
  private static Column effect() {
    Column deviation = coalesce(col("deviation"), lit(0.0));
    return when(deviation.gt(0), col("difference").divide(deviation))
        .when(col("difference").equalTo(0), lit(0.0));
  }
}
