package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.crc32;
import static org.apache.spark.sql.functions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredTablesTest {
  private static final Map<String, String> PLAIN = Map.of(StoredTables.VECTORED, "false");
  private static final int ROWS = 1024;
  private static final int ROW_BYTES = 16 << 10;

  private final SparkSession spark = TestSpark.session();
  private final Configuration hadoop = spark.sparkContext().hadoopConfiguration();

  @ParameterizedTest
  @ValueSource(strings = {"/data/table", "data/table", "file:/data/table", "file:///data/*"})
  void tablesOfTheLocalFileSystemAreReadPlainly(String location) {
    assertThat(StoredTables.options(spark, location)).isEqualTo(PLAIN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3a://bucket/table", "hdfs://host/table", "hdfs:///table"})
  void tablesElsewhereAreReadAsTheyWere(String location) {
    assertThat(StoredTables.options(spark, location)).isEmpty();
  }

  @Test
  void aPathWithoutASchemeBelongsToTheDefaultFileSystem() {
    String before = hadoop.get("fs.defaultFS");
    hadoop.set("fs.defaultFS", "hdfs://host");
    try {
      assertThat(StoredTables.options(spark, "/data/table")).isEmpty();
      assertThat(StoredTables.options(spark, "file:/data/table")).isEqualTo(PLAIN);
    } finally {
      hadoop.set("fs.defaultFS", before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void whatTheUserHasSetIsKept(String value) {
    SparkSession session = spark.newSession();
    session.conf().set(StoredTables.VECTORED, value);
    assertThat(StoredTables.options(session, "/data/table")).isEmpty();

    hadoop.set(StoredTables.VECTORED, value);
    try {
      assertThat(StoredTables.options(spark, "/data/table")).isEmpty();
    } finally {
      hadoop.unset(StoredTables.VECTORED);
    }
  }

  @Test
  void readingALargeRowGroupLeavesNoDirectMemory(@TempDir Path folder) {
    String table = folder.resolve("table").toString();
    write(table);
    long before = directBytes();
    long sum =
        StoredTables.read(spark, "parquet", table).agg(sum(crc32(col("bytes")))).head().getLong(0);
    assertThat(sum).isPositive();
    assertThat(directBytes() - before).isLessThan(ROWS * ROW_BYTES / 2);
  }

  /** One row group of 16 MiB, which do not get smaller by compression. */
  private void write(String table) {
    Random random = new Random(5);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      byte[] bytes = new byte[ROW_BYTES];
      random.nextBytes(bytes);
      rows.add(RowFactory.create((Object) bytes));
    }
    StructType schema = new StructType().add("bytes", DataTypes.BinaryType);
    spark.createDataFrame(rows, schema).coalesce(1).write().parquet(table);
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
