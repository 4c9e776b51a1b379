package dev.headlight.pipeline;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Into how many tasks a table is divided. Spark divides it by bytes and row groups, which suits
 * reading; a model spends seconds on what is read in milliseconds, so that a small table in one row
 * group would keep one core busy and all others idle. Where the table has fewer parts than some for
 * every core, its rows are therefore spread by their ids.
 *
 * @param repartition tasks to spread the rows over; empty to leave them as they are stored
 * @param rows of the table, where they are known
 */
record TaskCount(OptionalInt repartition, OptionalLong rows) {
  private static final Logger LOG = LoggerFactory.getLogger(TaskCount.class);

  /** With fewer tasks a core than this, some cores end long before others. */
  private static final int LEAST_PER_CORE = 3;

  private static final int PER_CORE = 8;
  private static final long LEAST_ROWS = 32;

  /**
   * Decides for a table.
   *
   * @param wanted tasks that the user wants; 0 to decide here
   * @param cores that compute
   */
  static TaskCount of(Dataset<Row> table, int wanted, int cores, Configuration configuration) {
    String[] files = table.inputFiles();
    if (files.length > (long) LEAST_PER_CORE * cores) {
      OptionalInt repartition = wanted == 0 ? OptionalInt.empty() : OptionalInt.of(wanted);
      return new TaskCount(repartition, OptionalLong.empty());
    }
    int parts = table.javaRDD().getNumPartitions();
    OptionalLong rows = OptionalLong.empty();
    try {
      long rowCount = 0;
      int rowGroups = 0;
      for (String file : files) {
        for (BlockMetaData rowGroup : rowGroups(new Path(new java.net.URI(file)), configuration)) {
          rowCount += rowGroup.getRowCount();
          rowGroups++;
        }
      }
      rows = OptionalLong.of(rowCount);
      parts = Math.min(parts, rowGroups);
    } catch (IOException | RuntimeException | java.net.URISyntaxException e) {
      LOG.debug("The row groups of the table are not known", e);
    }
    if (wanted > 0) {
      return new TaskCount(OptionalInt.of(wanted), rows);
    }
    if (parts >= LEAST_PER_CORE * cores) {
      return new TaskCount(OptionalInt.empty(), rows);
    }
    long most = rows.isPresent() ? Math.max(1, rows.getAsLong() / LEAST_ROWS) : Long.MAX_VALUE;
    int tasks = (int) Math.min(most, (long) PER_CORE * cores);
    return new TaskCount(tasks > parts ? OptionalInt.of(tasks) : OptionalInt.empty(), rows);
  }

  private static List<BlockMetaData> rowGroups(Path file, Configuration configuration)
      throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration))) {
      return reader.getFooter().getBlocks();
    }
  }
}
