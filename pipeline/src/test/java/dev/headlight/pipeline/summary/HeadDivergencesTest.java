package dev.headlight.pipeline.summary;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.TestSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** Divergences against Spark's own aggregates of the same numbers in double precision. */
class HeadDivergencesTest {
  private static final SparkSession SPARK = TestSpark.session();

  /** Two layers of three heads; some rows have no divergences, some undefined ones. */
  private static Dataset<Row> sequences(long from, long to) {
    String value =
        "cast(if(id % 5 = 1 AND other = 2, double('NaN'), "
            + "exp(-pmod(hash(id, layer, head + other), 1009) / 50.0)) AS float)";
    return SPARK
        .range(from, to, 1, 4)
        .select(
            expr("id"),
            expr("if(id % 7 = 3, null, transform(array(0, 1), layer -> named_struct("
                    + "'attention', 'self', 'layer', layer, 'divergence', "
                    + "transform(array(0, 1, 2), head -> transform(array(0, 1, 2), other -> "
                    + value
                    + ")))))")
                .as("head_divergence"));
  }

  private static Dataset<Row> divergences(long from, long to) {
    return HeadDivergences.of(sequences(from, to)).orElseThrow();
  }

  private static List<String> rows(Dataset<Row> table) {
    return table.withColumn("sums", functions.hex(table.col("sums"))).toJSON().collectAsList();
  }

  @Test
  void equalMeansInDoublePrecision() {
    List<Row> found = divergences(0, 5000).collectAsList();

    assertThat(found).hasSize(6);
    for (Row row : found) {
      Row expected =
          sequences(0, 5000)
              .selectExpr(
                  "cast(head_divergence[%d].divergence[%d][%d] AS double) AS value"
                      .formatted(row.getInt(1), row.getInt(2), row.getInt(3)))
              .filter("value IS NOT NULL AND NOT isnan(value)")
              .selectExpr("count(value)", "avg(value)")
              .first();
      assertThat(row.getInt(2)).isLessThan(row.getInt(3));
      assertThat(row.getLong(4)).isEqualTo(expected.getLong(0)).isPositive();
      assertThat(row.getDouble(5)).isCloseTo(expected.getDouble(1), within(1e-12));
    }
  }

  @Test
  void bitsAreTheSameForAnyOrderAndPartitionsAndAfterMerging() {
    List<String> whole = rows(divergences(0, 3000));
    Dataset<Row> shuffled =
        sequences(0, 3000).repartition(7).sortWithinPartitions(expr("hash(id)"));

    assertThat(rows(HeadDivergences.of(shuffled).orElseThrow())).isEqualTo(whole);
    assertThat(
            rows(
                HeadDivergences.merge(
                    List.of(divergences(0, 7), divergences(7, 2000), divergences(2000, 3000)))))
        .isEqualTo(whole);
  }

  @Test
  void whatIsNeverDefinedHasNoMean() {
    Row undefined = divergences(1, 2).filter("layer = 0 AND head = 0 AND other = 2").first();

    assertThat(undefined.getLong(4)).isZero();
    assertThat(undefined.isNullAt(5)).isTrue();
  }

  @Test
  void tableWithMeansAloneIsRefused() {
    Dataset<Row> means = divergences(0, 9).drop("sums");

    assertThatThrownBy(() -> HeadDivergences.merge(List.of(divergences(9, 12), means)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected a column 'sums', found the columns attention, layer");
  }
}
