package dev.headlight.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Settings of Spark that suit wide rows and large models. */
public final class SparkSettings {
  private SparkSettings() {}

  /**
   * Settings to start Spark with, unless the user sets them: broadcast weights in blocks that just
   * fit the heap's regions, and not compressed, since numbers hardly compress.
   */
  public static Map<String, String> forNewContext() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spark.broadcast.blockSize", "4000k");
    settings.put("spark.broadcast.compress", "false");
    settings.putAll(forSession());
    return settings;
  }

  /**
   * Settings of a running session: Parquet is read 64 rows at a time, since 4096, Spark's default,
   * of 128 x 768 numbers each would take 1.6 GB; and aggregates of a few thousand heads stay in a
   * hash table.
   */
  public static Map<String, String> forSession() {
    return Map.of(
        "spark.sql.parquet.columnarReaderBatchSize", "64",
        "spark.sql.objectHashAggregate.sortBased.fallbackThreshold", "65536");
  }

  /** Sets what the session leaves at its default. */
  static void apply(SparkSession spark) {
    forSession()
        .forEach(
            (key, value) -> {
              if (!spark.conf().getAll().contains(key)) {
                spark.conf().set(key, value);
              }
            });
  }
}
