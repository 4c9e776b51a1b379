package dev.headlight.pipeline.summary;

import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Columns of summaries. */
final class SummaryTable {
  static final List<Double> QUANTILES = List.of(0.05, 0.25, 0.5, 0.75, 0.95);
  static final List<String> QUANTILE_NAMES = List.of("p05", "p25", "p50", "p75", "p95");

  private static final StructType HIGH =
      new StructType()
          .add("id", DataTypes.StringType, false)
          .add("value", DataTypes.FloatType, false);

  /** Of {@link Histogram.Bars}. */
  private static final StructType HISTOGRAM =
      new StructType()
          .add("low", DataTypes.createArrayType(DataTypes.FloatType, false), false)
          .add("count", DataTypes.createArrayType(DataTypes.LongType, false), false);

  /** What tells rows apart; the subset is null for all sequences together. */
  static final StructType KEYS =
      new StructType()
          .add("attention", DataTypes.StringType, false)
          .add("layer", DataTypes.IntegerType, false)
          .add("head", DataTypes.IntegerType, true)
          .add("statistic", DataTypes.StringType, false)
          .add("subset", DataTypes.StringType, true);

  /** What tasks tell each other of a cell. */
  static final StructType PARTIAL =
      new StructType()
          .add("sums", DataTypes.BinaryType, false)
          .add("histogram", HISTOGRAM, false)
          .add("min", DataTypes.DoubleType)
          .add("max", DataTypes.DoubleType)
          .add("highest", DataTypes.createArrayType(HIGH, false), false);

  /** What a summary tells of a cell. */
  static final StructType MEASURES = measures();

  private SummaryTable() {}

  private static StructType measures() {
    StructType schema =
        new StructType()
            .add("count", DataTypes.LongType, false)
            .add("mean", DataTypes.DoubleType)
            .add("stddev", DataTypes.DoubleType)
            .add("min", DataTypes.DoubleType);
    for (String name : QUANTILE_NAMES) {
      schema = schema.add(name, DataTypes.DoubleType);
    }
    return schema
        .add("max", DataTypes.DoubleType)
        .add("sums", DataTypes.BinaryType, false)
        .add("histogram", HISTOGRAM, false)
        .add("highest", DataTypes.createArrayType(HIGH, false), false);
  }

  static StructType with(StructType keys, StructType values) {
    StructType all = keys;
    for (var field : values.fields()) {
      all = all.add(field);
    }
    return all;
  }
}
