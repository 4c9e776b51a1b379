package dev.headlight.pipeline;

import org.apache.spark.sql.SparkSession;

/** One Spark for all tests of the module, on two threads of this JVM; tasks have three attempts. */
public final class TestSpark {
  private static final SparkSession SESSION =
      SparkSession.builder()
          .master("local[2,3]")
          .appName("headlight-pipeline-tests")
          .config("spark.ui.enabled", "false")
          .config("spark.driver.host", "127.0.0.1")
          .config("spark.driver.bindAddress", "127.0.0.1")
          .config("spark.sql.shuffle.partitions", "3")
          .config(
              "spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir") + "/spark-warehouse")
          .getOrCreate();

  private TestSpark() {}

  public static SparkSession session() {
    return SESSION;
  }
}
