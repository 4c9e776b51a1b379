package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks for tables of few and many files, on two cores. */
class TaskCountTest {
  private static final SparkSession SPARK = TestSpark.session();

  @TempDir Path folder;

  private Dataset<Row> table(int files, long rows, String format) {
    String table = folder.resolve("table").toString();
    SPARK.range(0, rows, 1, files).write().format(format).save(table);
    return SPARK.read().format(format).load(table);
  }

  private static TaskCount tasks(Dataset<Row> table, int wanted, int cores) {
    return TaskCount.of(table, wanted, cores, SPARK.sparkContext().hadoopConfiguration());
  }

  @Test
  void smallFilesThatSparkReadsTogetherAreSpreadOverEightTasksForEachCore() {
    Dataset<Row> table = table(8, 1000, "parquet");

    assertThat(table.javaRDD().getNumPartitions()).isLessThan(8);
    assertThat(tasks(table, 0, 2))
        .isEqualTo(new TaskCount(OptionalInt.of(16), OptionalLong.of(1000)));
  }

  @Test
  void tableOfEnoughPartsStaysAsItIsStored() {
    Dataset<Row> table = table(8, 1000, "parquet");
    SPARK.conf().set("spark.sql.files.maxPartitionBytes", "600");
    try {
      assertThat(table.javaRDD().getNumPartitions()).isGreaterThanOrEqualTo(6);
      assertThat(tasks(table, 0, 2))
          .isEqualTo(new TaskCount(OptionalInt.empty(), OptionalLong.of(1000)));
    } finally {
      SPARK.conf().unset("spark.sql.files.maxPartitionBytes");
    }
  }

  @Test
  void rowGroupsAreNotDividedByBytes() {
    Dataset<Row> table = table(1, 1000, "parquet");
    SPARK.conf().set("spark.sql.files.maxPartitionBytes", "600");
    try {
      assertThat(table.javaRDD().getNumPartitions()).isGreaterThanOrEqualTo(6);
      assertThat(tasks(table, 0, 2).repartition()).hasValue(16);
    } finally {
      SPARK.conf().unset("spark.sql.files.maxPartitionBytes");
    }
  }

  @Test
  void fewRowsGetFewTasks() {
    assertThat(tasks(table(8, 100, "parquet"), 0, 2).repartition()).hasValue(3);
  }

  @Test
  void rowsAreKnownWhateverTheNumberOfTasksIs() {
    Dataset<Row> table = table(8, 1000, "parquet");

    assertThat(tasks(table, 5, 2))
        .isEqualTo(new TaskCount(OptionalInt.of(5), OptionalLong.of(1000)));
    assertThat(tasks(table, 0, 1).rows()).hasValue(1000);
  }

  @Test
  void rowsOfATableThatIsNoParquetAreNotKnown() {
    assertThat(tasks(table(8, 1000, "json"), 0, 2))
        .isEqualTo(new TaskCount(OptionalInt.of(16), OptionalLong.empty()));
  }
}
