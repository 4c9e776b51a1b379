package dev.headlight.pipeline;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Opens tables of files. */
public final class StoredTables {
  static final String VECTORED = "parquet.hadoop.vectored.io.enabled";

  private StoredTables() {}

  /**
   * A table; lazy, but for its columns.
   *
   * @param format name of a Spark data source
   * @param location path or URI
   */
  public static Dataset<Row> read(SparkSession spark, String format, String location) {
    return spark.read().format(format).options(options(spark, location)).load(location);
  }

  /**
   * How to read from a place. Vectored reads of the local file system go through channels that the
   * JDK serves with threads of its own. Each keeps a direct buffer as large as the longest run of
   * column chunks that it ever read at once, which grows with a file's row groups, up to a row
   * group for each thread. They win nothing there. Object stores fetch several runs at once and are
   * left as they are, and so is everything where the user has said what to do.
   */
  static Map<String, String> options(SparkSession spark, String location) {
    Configuration configuration = spark.sparkContext().hadoopConfiguration();
    boolean chosen =
        configuration.get(VECTORED) != null || spark.conf().getAll().contains(VECTORED);
    return !chosen && isLocal(location, configuration) ? Map.of(VECTORED, "false") : Map.of();
  }

  private static boolean isLocal(String location, Configuration configuration) {
    String scheme = new Path(location).toUri().getScheme();
    return "file"
        .equals(scheme == null ? FileSystem.getDefaultUri(configuration).getScheme() : scheme);
  }
}
