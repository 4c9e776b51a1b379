package dev.headlight.pipeline.summary;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.pipeline.ConfigurationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** Summaries against Spark's own aggregates of the same numbers in double precision. */
class SummaryTest {
  private static final int SEQUENCES = 100_000;

  /** Of ranks, by the sketch: about 1 % with 99 % confidence, over many cells. */
  private static final double RANKS = 0.02;

  private static final SparkSession SPARK =
      SparkSession.builder()
          .master("local[2]")
          .config("spark.ui.enabled", "false")
          .config("spark.driver.host", "127.0.0.1")
          .config("spark.driver.bindAddress", "127.0.0.1")
          .config("spark.sql.shuffle.partitions", "3")
          .getOrCreate();

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
      double quantile = value(cell, SummaryTable.QUANTILE_NAMES.get(i));
      Row ranks =
          SPARK
              .sql(
                  "SELECT avg(if(value < %1$s, 1, 0)), avg(if(value <= %1$s, 1, 0)) FROM statistic_values WHERE value IS NOT NULL"
                      .formatted(Double.toString(quantile) + "D"))
              .first();
      assertThat(SummaryTable.QUANTILES.get(i))
          .as(SummaryTable.QUANTILE_NAMES.get(i))
          .isBetween(ranks.getDouble(0) - RANKS, ranks.getDouble(1) + RANKS);
    }
  }

  @Test
  void summariesOfTwoHalvesMergeToThatOfTheWhole() {
    Map<String, Row> whole = byCell(Summary.of(sequences(0, 20_000), Optional.of("language"), 256));
    Dataset<Row> first = Summary.of(sequences(0, 10_001), Optional.of("language"), 256);
    Dataset<Row> second = Summary.of(sequences(10_001, 20_000), Optional.of("language"), 256);
    Map<String, Row> merged = byCell(Summary.merge(List.of(first, second)));

    assertThat(merged.keySet()).isEqualTo(whole.keySet());
    whole.forEach(
        (cell, expected) -> {
          Row found = merged.get(cell);
          assertThat(value(found, "count")).as(cell).isEqualTo(value(expected, "count"));
          for (String column : List.of("mean", "stddev", "min", "max", "m2")) {
            double wanted = value(expected, column);
            assertThat(value(found, column))
                .as(cell + " " + column)
                .isCloseTo(wanted, within(1e-9 * Math.max(1, Math.abs(wanted))));
          }
          assertThat(highest(found)).as(cell).isEqualTo(highest(expected));
        });
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
