package dev.headlight.pipeline.summary;

import static org.apache.spark.sql.functions.col;

import dev.headlight.pipeline.Bridge;
import dev.headlight.pipeline.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Means over a corpus of the Jensen-Shannon divergence between every two heads of a layer:
 * attention, layer, head, other (head below other), count, mean, and the sums without rounding that
 * they are made of. They merge as summaries do: the same bits whatever the order and the
 * partitions.
 */
public final class HeadDivergences {
  private static final String COLUMN = "head_divergence";
  private static final String SUMS = "sums";

  private static final StructType PAIR =
      new StructType()
          .add("attention", DataTypes.StringType, false)
          .add("layer", DataTypes.IntegerType, false)
          .add("head", DataTypes.IntegerType, false)
          .add("other", DataTypes.IntegerType, false);

  /** What tasks tell each other. */
  static final StructType PARTIAL = PAIR.add(SUMS, DataTypes.BinaryType, false);

  static final StructType TABLE =
      PAIR.add("count", DataTypes.LongType, false)
          .add("mean", DataTypes.DoubleType)
          .add(SUMS, DataTypes.BinaryType, false);

  private HeadDivergences() {}

  /** Of a table of sequences, if it has divergences; lazy. */
  public static Optional<Dataset<Row>> of(Dataset<Row> sequences) {
    if (!Arrays.asList(sequences.columns()).contains(COLUMN)) {
      return Optional.empty();
    }
    Column pairs = Bridge.call(StatisticsBytes.class, "ofPairs", DataTypes.BinaryType, col(COLUMN));
    int slots = sequences.sparkSession().sparkContext().defaultParallelism();
    return Optional.of(
        merge(
            sequences
                .select(pairs.as("pairs"))
                .coalesce(Math.max(1, slots))
                .mapPartitions(new PartialDivergences(), Encoders.row(PARTIAL))));
  }

  /**
   * One table of several, which must be of different sequences; lazy.
   *
   * @throws ConfigurationException if one has only means, as earlier versions wrote them
   */
  public static Dataset<Row> merge(List<Dataset<Row>> tables) {
    for (Dataset<Row> table : tables) {
      if (!Arrays.asList(table.columns()).contains(SUMS)) {
        throw new ConfigurationException(
            "divergence: expected a column '%s', found the columns %s, as an earlier version wrote them. Sum up the sequences again: --from sequences."
                .formatted(SUMS, String.join(", ", table.columns())));
      }
    }
    Column[] columns =
        Arrays.stream(PARTIAL.fieldNames()).map(functions::col).toArray(Column[]::new);
    return merge(
        tables.stream()
            .map(table -> table.select(columns))
            .reduce(Dataset::unionByName)
            .orElseThrow());
  }

  private static Dataset<Row> merge(Dataset<Row> partial) {
    Column[] pair = Arrays.stream(PAIR.fieldNames()).map(functions::col).toArray(Column[]::new);
    return partial
        .repartition(pair)
        .mapPartitions(new MergedDivergences(), Encoders.row(TABLE))
        .repartition(1)
        .sortWithinPartitions(pair);
  }
}
