package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

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
 * @param summary rows by attention, layer, head and statistic, as JSON
 */
record RunTables(
    Map<String, String> sequences, Map<String, String> quarantine, Map<String, String> summary) {

  static RunTables read(SparkSession spark, String output) {
    return new RunTables(
        byKey(spark.read().parquet(output + "/sequences"), "id"),
        byKey(spark.read().parquet(output + "/quarantine").drop("source_file"), "id"),
        byKey(
            spark.read().parquet(output + "/summary"),
            "concat_ws('/', attention, layer, ifnull(cast(head AS string), '-'), statistic, subset)"));
  }

  private static Map<String, String> byKey(Dataset<Row> table, String key) {
    Map<String, String> rows = new TreeMap<>();
    for (Row row : table.selectExpr(key, "to_json(struct(*))").collectAsList()) {
      assertThat(rows.put(row.getString(0), row.getString(1)))
          .as("another row of %s", row.getString(0))
          .isNull();
    }
    return rows;
  }

  /** Fails unless this is what another run has written, to the bit. */
  void requireEqualTo(RunTables expected) {
    requireEqual("sequences", sequences, expected.sequences);
    requireEqual("quarantine", quarantine, expected.quarantine);
    requireEqual("summary", summary, expected.summary);
  }

  private static void requireEqual(
      String table, Map<String, String> rows, Map<String, String> expected) {
    assertThat(rows.keySet()).as("keys of %s", table).isEqualTo(expected.keySet());
    List<String> different =
        rows.keySet().stream().filter(key -> !rows.get(key).equals(expected.get(key))).toList();
    assertThat(different).as("keys of %s whose rows differ", table).isEmpty();
  }
}
