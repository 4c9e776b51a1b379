package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a run has written.
 *
 * @param sequences rows by id, as JSON, which differs where bits do
 * @param quarantine bad rows by id, as JSON
 * @param summary rows by attention, layer, head and statistic
 */
record RunTables(
    Map<String, String> sequences, Map<String, String> quarantine, Map<String, Row> summary) {

  private static final List<String> EXACT = List.of("count", "min", "max");

  // of sketches, whose merging has chance in it; compared within a tenth of the range only, which
  // is
  // wider than the sketches' own error in ranks
  private static final List<String> QUANTILES = List.of("p05", "p25", "p50", "p75", "p95");

  /** Spark adds in the order in which rows arrive. */
  private static final List<String> ROUNDED = List.of("mean", "stddev");

  static RunTables read(SparkSession spark, String output) {
    return new RunTables(
        byId(spark.read().parquet(output + "/sequences")),
        byId(spark.read().parquet(output + "/quarantine").drop("source_file")),
        summary(spark.read().parquet(output + "/summary")));
  }

  private static Map<String, String> byId(Dataset<Row> table) {
    Map<String, String> rows = new TreeMap<>();
    for (Row row : table.selectExpr("id", "to_json(struct(*))").collectAsList()) {
      assertThat(rows.put(row.getString(0), row.getString(1)))
          .as("another row with the id %s", row.getString(0))
          .isNull();
    }
    return rows;
  }

  private static Map<String, Row> summary(Dataset<Row> table) {
    Map<String, Row> rows = new TreeMap<>();
    for (Row row : table.collectAsList()) {
      List<Object> key =
          List.of(
              row.getAs("attention"),
              row.getAs("layer"),
              String.valueOf(row.<Object>getAs("head")),
              row.getAs("statistic"));
      assertThat(rows.put(key.toString(), row)).as("another row for %s", key).isNull();
    }
    return rows;
  }

  /** Fails unless this is what another run has written, to the bit. */
  void requireEqualTo(RunTables expected) {
    requireEqual("sequences", sequences, expected.sequences);
    requireEqual("quarantine", quarantine, expected.quarantine);
    assertThat(summary.keySet()).isEqualTo(expected.summary.keySet());
    summary.forEach((key, row) -> requireEqual(key, row, expected.summary.get(key)));
  }

  private static void requireEqual(
      String table, Map<String, String> rows, Map<String, String> expected) {
    assertThat(rows.keySet()).as("ids of %s", table).isEqualTo(expected.keySet());
    List<String> different =
        rows.keySet().stream().filter(id -> !rows.get(id).equals(expected.get(id))).toList();
    assertThat(different).as("ids of %s whose rows differ", table).isEmpty();
  }

  private static void requireEqual(String key, Row row, Row expected) {
    for (String column : EXACT) {
      assertThat(row.<Object>getAs(column))
          .as("%s of %s", column, key)
          .isEqualTo(expected.getAs(column));
    }
    for (String column : ROUNDED) {
      Double wanted = expected.getAs(column);
      double size = wanted == null ? 0 : Math.max(1e-3, Math.abs(wanted));
      requireClose(column + " of " + key, row.getAs(column), wanted, 1e-9 * size);
    }
    for (String column : QUANTILES) {
      Double wanted = expected.getAs(column);
      double range =
          wanted == null ? 0 : expected.<Double>getAs("max") - expected.<Double>getAs("min");
      requireClose(column + " of " + key, row.getAs(column), wanted, 0.1 * range);
    }
  }

  private static void requireClose(String what, Double value, Double wanted, double tolerance) {
    if (wanted == null) {
      assertThat(value).as(what).isNull();
    } else {
      assertThat(value).as(what).isCloseTo(wanted, within(tolerance + Double.MIN_NORMAL));
    }
  }
}
