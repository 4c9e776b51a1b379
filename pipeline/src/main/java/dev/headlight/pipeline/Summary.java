package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.percentile_approx;
import static org.apache.spark.sql.functions.stddev_samp;
import static org.apache.spark.sql.functions.struct;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Aggregates of the statistics in a {@code sequences} table: one row per attention, layer, head and
 * statistic, with count, mean, stddev, min, quantiles (p05 to p95) and max over the sequences for
 * which the statistic is defined. Statistics of layers have no head (null). Quantiles are
 * approximate, within 0.01 % of the ranks.
 */
public final class Summary {
  private static final List<Double> QUANTILES = List.of(0.05, 0.25, 0.5, 0.75, 0.95);
  private static final List<String> QUANTILE_NAMES = List.of("p05", "p25", "p50", "p75", "p95");
  private static final int ACCURACY = 10_000;
  private static final List<String> KEYS = List.of("attention", "layer", "head");

  private Summary() {}

  /** The summary of a table; lazy. Empty if the table has no statistics. */
  public static Dataset<Row> of(Dataset<Row> sequences) {
    Dataset<Row> heads = summarize(sequences, "attention_statistics");
    Dataset<Row> layers = summarize(sequences, "layer_statistics");
    if (heads == null && layers == null) {
      return sequences.sparkSession().createDataFrame(List.of(), schema());
    }
    if (heads == null || layers == null) {
      return heads == null ? layers : heads;
    }
    return heads.unionByName(layers);
  }

  private static StructType schema() {
    StructType schema =
        new StructType()
            .add("attention", DataTypes.StringType)
            .add("layer", DataTypes.IntegerType)
            .add("head", DataTypes.IntegerType)
            .add("statistic", DataTypes.StringType)
            .add("count", DataTypes.LongType);
    for (String name : List.of("mean", "stddev", "min", "p05", "p25", "p50", "p75", "p95", "max")) {
      schema = schema.add(name, DataTypes.DoubleType);
    }
    return schema;
  }

  /** Null if there is no such column. */
  private static Dataset<Row> summarize(Dataset<Row> sequences, String column) {
    if (!Arrays.asList(sequences.columns()).contains(column)) {
      return null;
    }
    StructType struct =
        (StructType) ((ArrayType) sequences.schema().apply(column).dataType()).elementType();
    List<String> statistics =
        Arrays.stream(struct.fields())
            .map(StructField::name)
            .filter(name -> !KEYS.contains(name))
            .toList();
    List<Column> keys =
        KEYS.stream()
            .filter(Arrays.asList(struct.fieldNames())::contains)
            .map(functions::col)
            .toList();
    // Aggregated side by side, one row per head, and only then turned to one row per statistic.
    List<Column> aggregates = statistics.stream().map(Summary::aggregate).toList();
    Dataset<Row> wide =
        sequences
            .select(inline(col(column)))
            .groupBy(keys.toArray(Column[]::new))
            .agg(
                aggregates.get(0), aggregates.subList(1, aggregates.size()).toArray(Column[]::new));
    Column[] named =
        statistics.stream()
            .map(name -> struct(lit(name).as("statistic"), EncodingPlan.column(name).as("of")))
            .toArray(Column[]::new);
    List<Column> exploded = new ArrayList<>(keys);
    exploded.add(explode(functions.array(named)).as("row"));
    return wide.select(exploded.toArray(Column[]::new)).select(flat(keys));
  }

  private static Column[] flat(List<Column> keys) {
    List<Column> columns = new ArrayList<>(keys);
    if (keys.size() < KEYS.size()) {
      columns.add(lit(null).cast(DataTypes.IntegerType).as("head"));
    }
    columns.add(col("row.statistic").as("statistic"));
    for (String name : List.of("count", "mean", "stddev", "min")) {
      columns.add(col("row.of." + name).as(name));
    }
    for (int i = 0; i < QUANTILE_NAMES.size(); i++) {
      columns.add(col("row.of.quantiles").getItem(i).as(QUANTILE_NAMES.get(i)));
    }
    columns.add(col("row.of.max").as("max"));
    return columns.toArray(Column[]::new);
  }

  private static Column aggregate(String statistic) {
    Column value = col("`" + statistic + "`").cast(DataTypes.DoubleType);
    List<Column> parts = new ArrayList<>();
    parts.add(count(value).as("count"));
    parts.add(avg(value).as("mean"));
    parts.add(stddev_samp(value).as("stddev"));
    parts.add(min(value).as("min"));
    parts.add(
        percentile_approx(
                value,
                functions.array(QUANTILES.stream().map(functions::lit).toArray(Column[]::new)),
                lit(ACCURACY))
            .as("quantiles"));
    parts.add(max(value).as("max"));
    return struct(parts.toArray(Column[]::new)).as(statistic);
  }
}
