package dev.headlight.pipeline.summary;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.TestSpark;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** Summaries against Spark's own aggregates of the same numbers in double precision. */
class SummaryTest {
  private static final int SEQUENCES = 100_000;

  private static final SparkSession SPARK = TestSpark.session();

  /** One layer of two heads, and its residual stream; the second statistic is often undefined. */
  private static Dataset<Row> sequences(long from, long to) {
    return SPARK
        .range(from, to, 1, 4)
        .select(
            expr("concat('s', id)").as("id"),
            expr("cast(1 + id % 300 AS int)").as("n_tokens"),
            expr("array('de', 'en', null)[cast(id % 3 AS int)]").as("language"),
            expr("transform(array(0, 1), head -> named_struct("
                    + "'attention', 'self', 'layer', 0, 'head', head, "
                    + "'entropy', cast(pmod(hash(id, head), 100003) / 1000.0 AS float), "
                    + "'skewed', cast(if(id % 7 = 0, exp(pmod(hash(head, id), 1000) / 100.0), null) AS float)))")
                .as("attention_statistics"),
            expr("array(named_struct('attention', 'self', 'layer', 0, "
                    + "'residual_norm', cast(1e6 + pmod(hash(id), 17) AS float)))")
                .as("layer_statistics"));
  }

  private static Map<String, Row> byCell(Dataset<Row> summary) {
    Map<String, Row> cells = new HashMap<>();
    for (Row row : summary.collectAsList()) {
      cells.put(
          row.get(0) + "/" + row.get(1) + "/" + row.get(2) + "/" + row.get(3) + "/" + row.get(4),
          row);
    }
    return cells;
  }

  private static double value(Row row, String column) {
    return ((Number) row.get(row.fieldIndex(column))).doubleValue();
  }

  @Test
  void equalsAggregatesInDoublePrecisionOfTheSameSequences() {
    Dataset<Row> sequences = sequences(0, SEQUENCES);
    Map<String, Row> summary = byCell(Summary.of(sequences));

    assertThat(summary).hasSize(5);
    for (int head = 0; head < 2; head++) {
      for (String statistic : List.of("entropy", "skewed")) {
        Dataset<Row> values =
            sequences.selectExpr(
                "cast(attention_statistics[%d].%s AS double) AS value".formatted(head, statistic));
        assertCell(summary.get("self/0/%d/%s/null".formatted(head, statistic)), values);
      }
    }
    assertCell(
        summary.get("self/0/null/residual_norm/null"),
        sequences.selectExpr("cast(layer_statistics[0].residual_norm AS double) AS value"));
  }

  private static void assertCell(Row cell, Dataset<Row> values) {
    values.createOrReplaceTempView("statistic_values");
    Row expected =
        SPARK
            .sql(
                "SELECT count(value) AS count, avg(value) AS mean, stddev_samp(value) AS stddev,"
                    + " min(value) AS min, max(value) AS max FROM statistic_values")
            .first();
    for (String column : List.of("count", "mean", "stddev", "min", "max")) {
      double wanted = value(expected, column);
      assertThat(value(cell, column))
          .as(column)
          .isCloseTo(wanted, within(1e-6 * Math.max(1, Math.abs(wanted))));
    }
    for (int i = 0; i < SummaryTable.QUANTILES.size(); i++) {
      double wanted =
          SPARK
              .sql(
                  "SELECT percentile_disc(%s) WITHIN GROUP (ORDER BY value) FROM statistic_values"
                      .formatted(SummaryTable.QUANTILES.get(i)))
              .first()
              .getDouble(0);
      assertThat(value(cell, SummaryTable.QUANTILE_NAMES.get(i)))
          .as(SummaryTable.QUANTILE_NAMES.get(i))
          .isCloseTo(wanted, within(Math.abs(wanted) / 256));
    }
  }

  @Test
  void summariesOfTwoHalvesMergeToThatOfTheWhole() {
    Optional<String> language = Optional.of("language");
    List<String> whole = rows(Summary.of(sequences(0, 20_000), language, 256));
    Dataset<Row> first = Summary.of(sequences(0, 10_001), language, 256);
    Dataset<Row> second = Summary.of(sequences(10_001, 20_000), language, 256);

    assertThat(whole).hasSize(20);
    assertThat(rows(Summary.merge(List.of(first, second)))).isEqualTo(whole);
  }

  @Test
  void bitsAreTheSameForAnyOrderAndPartitions() {
    Dataset<Row> sequences = sequences(0, 3_000);
    Dataset<Row> shuffled =
        sequences.repartition(7).sortWithinPartitions(expr("hash(id)")).coalesce(5);

    assertThat(rows(Summary.of(shuffled))).isEqualTo(rows(Summary.of(sequences)));
  }

  @Test
  void cellsWithoutValuesMerge() {
    Dataset<Row> undefined = sequences(1, 6);
    Row cell =
        byCell(Summary.merge(List.of(Summary.of(undefined), Summary.of(undefined))))
            .get("self/0/0/skewed/null");

    assertThat(value(cell, "count")).isZero();
    assertThat(cell.isNullAt(cell.fieldIndex("mean"))).isTrue();
    assertThat(cell.isNullAt(cell.fieldIndex("p50"))).isTrue();
  }

  @Test
  void histogramsAreReadInSql() {
    Summary.of(sequences(0, 5_000)).createOrReplaceTempView("summary");
    List<Row> counts =
        SPARK
            .sql(
                "SELECT first(count), sum(sequences), min(low) <= first(min), max(low) <= first(max)"
                    + " FROM summary LATERAL VIEW"
                    + " inline(arrays_zip(histogram.low, histogram.count)) AS low, sequences"
                    + " GROUP BY attention, layer, head, statistic")
            .collectAsList();

    assertThat(counts)
        .hasSize(5)
        .allSatisfy(
            row -> {
              assertThat(row.getLong(1)).isEqualTo(row.getLong(0)).isPositive();
              assertThat(row.getBoolean(2)).isTrue();
              assertThat(row.getBoolean(3)).isTrue();
            });
  }

  private static List<String> rows(Dataset<Row> summary) {
    return summary.withColumn("sums", functions.hex(summary.col("sums"))).toJSON().collectAsList();
  }

  @Test
  void subsetsAreThoseOfAColumnAndNullIsOne() {
    Map<String, Row> summary = byCell(Summary.of(sequences(0, 3000), Optional.of("language"), 256));

    assertThat(summary.keySet())
        .contains("self/0/1/entropy/de", "self/0/1/entropy/en", "self/0/1/entropy/null")
        .hasSize(20 - 1 - 4);
    assertThat(value(summary.get("self/0/1/entropy/de"), "count")).isEqualTo(1000);
  }

  @Test
  void textThatReadsNullIsAnotherSubsetThanNull() {
    Dataset<Row> sequences =
        sequences(0, 60)
            .withColumn(
                "language",
                expr(
                    "array(null, 'null', '\"null\"', 'NULL', '\"null', 'de')[cast(substr(id, 2) AS int) % 6]"));
    Dataset<Row> counts =
        Summary.of(sequences, Optional.of("language"), 256)
            .filter("statistic = 'residual_norm'")
            .select("subset", "count");

    assertThat(counts.as(Encoders.tuple(Encoders.STRING(), Encoders.LONG())).collectAsList())
        .extracting(row -> row._1() + "=" + row._2())
        .containsExactlyInAnyOrder(
            "null=60",
            "null=10",
            "\"null\"=10",
            "\"\"null\"\"=10",
            "NULL=10",
            "\"null=10",
            "de=10");
  }

  @Test
  void quantilesOfFewValuesAreExact() {
    Row cell = byCell(Summary.of(sequences(0, 200))).get("self/0/0/entropy/null");
    Row expected =
        sequences(0, 200)
            .selectExpr("attention_statistics[0].entropy AS value")
            .selectExpr("percentile_disc(0.5) WITHIN GROUP (ORDER BY value)")
            .first();

    assertThat(value(cell, "p50"))
        .isCloseTo(((Number) expected.get(0)).doubleValue(), within(1e-6));
  }

  @Test
  void highestNamesSequencesOfALengthToLookAt() {
    Row cell =
        byCell(Summary.of(sequences(0, 5000), Optional.empty(), 64)).get("self/0/1/entropy/null");
    List<Row> expected =
        sequences(0, 5000)
            .filter("n_tokens BETWEEN 8 AND 64")
            .selectExpr("id", "attention_statistics[1].entropy AS value")
            .orderBy(expr("value").desc(), expr("id"))
            .limit(3)
            .collectAsList();

    assertThat(highest(cell)).isEqualTo(expected.toString());
  }

  private static String highest(Row cell) {
    scala.collection.Seq<Row> highest = cell.getSeq(cell.fieldIndex("highest"));
    return CollectionConverters.asJava(highest).toString();
  }

  @Test
  void tableWithoutStatisticsHasAnEmptySummary() {
    assertThat(Summary.of(SPARK.range(3).toDF()).collectAsList()).isEmpty();
  }

  @Test
  void unknownColumnIsRefusedBeforeAnythingRuns() {
    assertThatThrownBy(() -> Summary.of(sequences(0, 3), Optional.of("langauge"), 256))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("found 'langauge'");
  }
}
