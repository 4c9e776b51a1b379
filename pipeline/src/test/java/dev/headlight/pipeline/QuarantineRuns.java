package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Runs over tables with bad rows, and what they leave. */
final class QuarantineRuns {
  private final SparkSession spark = TestSpark.session();
  private final String model;
  private final Path folder;

  /** Runs of a checkpoint, whose tables are in a folder. */
  QuarantineRuns(GoldenCase model, Path folder) {
    this.model = model.folder().toString();
    this.folder = folder;
  }

  Path write(List<Row> rows, StructType schema) {
    Path input = folder.resolve("input-" + rows.size() + "-" + schema.hashCode());
    spark.createDataFrame(rows, schema).coalesce(1).write().parquet(input.toString());
    return input;
  }

  RunResult run(Path input, String output, UnaryOperator<RunOptions.Builder> changes) {
    RunOptions.Builder options =
        RunOptions.of(model, input.toString(), folder.resolve(output).toString());
    return EncodingJob.prepare(spark, changes.apply(options).build()).run();
  }

  Dataset<Row> table(String output, String name) {
    return spark.read().parquet(folder.resolve(output).resolve(name).toString());
  }

  Map<String, Row> quarantine(String output) {
    Dataset<Row> table = table(output, "quarantine");
    assertThat(table.columns()).containsExactly("id", "reason", "message", "source_file");
    return table.collectAsList().stream()
        .collect(Collectors.toMap(row -> row.getString(0), row -> row));
  }

  Map<String, List<Object>> sequences(String output) {
    return values(table(output, "sequences"));
  }

  /** Values of a row but for the id, by id. */
  private static Map<String, List<Object>> values(Dataset<Row> table) {
    return table.collectAsList().stream()
        .collect(
            Collectors.toMap(
                row -> row.getString(0),
                row -> {
                  List<Object> values = new ArrayList<>();
                  for (int i = 1; i < row.size(); i++) {
                    values.add(row.get(i));
                  }
                  return values;
                }));
  }

  static void assertReason(
      Map<String, Row> quarantine, String id, String reason, String... message) {
    assertThat(quarantine).containsKey(id);
    assertThat(quarantine.get(id).getString(1)).as(id).isEqualTo(reason);
    assertThat(quarantine.get(id).getString(2)).as(id).contains(message);
  }
}
