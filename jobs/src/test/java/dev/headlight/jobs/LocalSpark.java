package dev.headlight.jobs;

import org.apache.spark.sql.SparkSession;

/** A Spark in the JVM of the tests, for tables that they write and read themselves. */
final class LocalSpark {
  private LocalSpark() {}

  /** On two threads and on loopback; the caller closes it, since commands open their own. */
  static SparkSession open() {
    return SparkSession.builder()
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate();
  }
}
