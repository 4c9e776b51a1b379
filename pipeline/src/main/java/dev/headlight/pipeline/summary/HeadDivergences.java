package dev.headlight.pipeline.summary;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.sum;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Means over a corpus of the Jensen-Shannon divergence between every two heads of a layer:
 * attention, layer, head, other (head below other), count, mean. They merge, too.
 */
public final class HeadDivergences {
  private static final String COLUMN = "head_divergence";

  private HeadDivergences() {}

  /** Of a table of sequences, if it has divergences; lazy. */
  public static Optional<Dataset<Row>> of(Dataset<Row> sequences) {
    if (!Arrays.asList(sequences.columns()).contains(COLUMN)) {
      return Optional.empty();
    }
    Column value = col("value").cast(DataTypes.DoubleType);
    return Optional.of(
        sequences
            .select(inline(col(COLUMN)))
            .select(
                col("attention"),
                col("layer"),
                posexplode(col("divergence")).as(new String[] {"head", "row"}))
            .select(
                col("attention"),
                col("layer"),
                col("head"),
                posexplode(col("row")).as(new String[] {"other", "value"}))
            .filter(col("other").gt(col("head")))
            .groupBy("attention", "layer", "head", "other")
            .agg(count(value).as("count"), avg(value).as("mean"))
            .coalesce(1)
            .sortWithinPartitions("attention", "layer", "head", "other"));
  }

  /** One table of several, which must be of different sequences; lazy. */
  public static Dataset<Row> merge(List<Dataset<Row>> tables) {
    Dataset<Row> all = tables.stream().reduce(Dataset::unionByName).orElseThrow();
    return all.groupBy("attention", "layer", "head", "other")
        .agg(
            sum("count").as("count"),
            sum(col("count").multiply(col("mean"))).divide(sum("count")).as("mean"))
        .coalesce(1)
        .sortWithinPartitions("attention", "layer", "head", "other");
  }
}
