package dev.headlight.pipeline;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * Into how many tasks a table is divided. Spark divides it by bytes and row groups, and reads many
 * small files in one task, which suits reading; a model spends seconds on what is read in
 * milliseconds, so that a small table in one row group would keep one core busy and all others
 * idle. Where the table has fewer parts than some for every core, its rows are therefore spread by
 * their ids.
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

  /** Of more files the driver does not read the footers, which would take it long. */
  private static final int MOST_FOOTERS = 1000;

  private static final int FOOTER_READERS = 16;

  /**
   * What the footers of a table's Parquet files tell.
   *
   * @param rows in all files
   * @param rowGroups in all files; a task reads one or more
   */
  private record Footers(long rows, long rowGroups) {
    static Footers of(Path file, Configuration configuration) throws IOException {
      try (ParquetFileReader reader =
          ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration))) {
        List<BlockMetaData> rowGroups = reader.getFooter().getBlocks();
        return new Footers(
            rowGroups.stream().mapToLong(BlockMetaData::getRowCount).sum(), rowGroups.size());
      }
    }

    Footers plus(Footers other) {
      return new Footers(rows + other.rows, rowGroups + other.rowGroups);
    }
  }

  /**
   * Decides for a table.
   *
   * @param wanted tasks that the user wants; 0 to decide here
   * @param cores that compute
   */
  static TaskCount of(Dataset<Row> table, int wanted, int cores, Configuration configuration) {
    Optional<Footers> footers = footers(table.inputFiles(), configuration);
    OptionalLong rows =
        footers.map(found -> OptionalLong.of(found.rows())).orElse(OptionalLong.empty());
    if (wanted > 0) {
      return new TaskCount(OptionalInt.of(wanted), rows);
    }
    // Not the number of files: Spark has several small ones read by a task.
    long parts = table.javaRDD().getNumPartitions();
    parts = Math.min(parts, footers.map(Footers::rowGroups).orElse(parts));
    if (parts >= (long) LEAST_PER_CORE * cores) {
      return new TaskCount(OptionalInt.empty(), rows);
    }
    long most = rows.isPresent() ? Math.max(1, rows.getAsLong() / LEAST_ROWS) : Long.MAX_VALUE;
    int tasks = (int) Math.min(most, (long) PER_CORE * cores);
    return new TaskCount(tasks > parts ? OptionalInt.of(tasks) : OptionalInt.empty(), rows);
  }

  /** Of all files together, unless they are very many or no Parquet. */
  private static Optional<Footers> footers(String[] files, Configuration configuration) {
    if (files.length > MOST_FOOTERS) {
      return Optional.empty();
    }
    ExecutorService readers =
        Executors.newFixedThreadPool(Math.max(1, Math.min(FOOTER_READERS, files.length)));
    try {
      List<Callable<Footers>> calls =
          Arrays.stream(files)
              .<Callable<Footers>>map(
                  file -> () -> Footers.of(new Path(new URI(file)), configuration))
              .toList();
      List<Future<Footers>> running = calls.stream().map(readers::submit).toList();
      Footers all = new Footers(0, 0);
      for (Future<Footers> footer : running) {
        all = all.plus(footer.get());
      }
      return Optional.of(all);
    } catch (ExecutionException e) {
      LOG.debug("The row groups of the table are not known", e);
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      readers.shutdownNow();
    }
  }
}
