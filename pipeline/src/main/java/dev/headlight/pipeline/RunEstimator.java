package dev.headlight.pipeline;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Computes a few rows of a table with nothing written, to tell how long all of them take. */
record RunEstimator(
    SparkSession spark, CheckpointOnDriver checkpoint, EncodingPlan plan, RunOptions options) {
  private static final int SAMPLE_ROWS = 256;
  private static final int SAMPLE_FILES = 8;

  /** Enough to compile the code that runs most. */
  private static final int WARM_UP_ROWS = 64;

  /**
   * Estimates a run.
   *
   * @param table with the columns that are read
   * @param file column with the name of a row's file
   */
  RunEstimate estimate(Dataset<Row> table, Column file) {
    SparkContext context = spark.sparkContext();
    ModelSource model = checkpoint.distribute(spark, options.encoder(), plan.preprocessing());
    Dataset<Row> rows = sample(table, file).persist();
    try {
      compute(rows.limit(WARM_UP_ROWS), model);
      long start = System.nanoTime();
      PartitionCounts counts = compute(rows, model);
      double seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 1000.0;
      return new RunEstimate(
          table.count(),
          new RunEstimate.Sample(
              counts.rows(), counts.sequences(), counts.tokens(), counts.rejected(), seconds),
          Math.max(1, context.defaultParallelism() / context.conf().getInt("spark.task.cpus", 1)),
          checkpoint.inventory().nativeBytes(),
          BatchBudget.of(options.encoder().batchTokens(), checkpoint.config(), Cost.NONE).tokens());
    } finally {
      rows.unpersist();
      if (model instanceof BroadcastModel broadcast) {
        broadcast.unpersist();
      }
    }
  }

  /** The first rows of files that are spread over the table. */
  private static Dataset<Row> sample(Dataset<Row> table, Column file) {
    String[] files = table.inputFiles();
    if (files.length < 2) {
      return table.limit(SAMPLE_ROWS);
    }
    Arrays.sort(files);
    int count = Math.min(SAMPLE_FILES, files.length);
    Dataset<Row> sample = null;
    for (int i = 0; i < count; i++) {
      String chosen = files[(int) ((long) i * files.length / count)];
      // Spark writes the start of one and the same path in more than one way.
      String name = chosen.substring(chosen.lastIndexOf('/'));
      Dataset<Row> part = table.filter(file.endsWith(name)).limit(SAMPLE_ROWS / count);
      sample = sample == null ? part : sample.union(part);
    }
    return sample;
  }

  private PartitionCounts compute(Dataset<Row> rows, ModelSource model) {
    PartitionReports reports = new PartitionReports();
    spark.sparkContext().register(reports, "headlight sample");
    plan.apply(
            rows.coalesce(1),
            model,
            List.of(),
            false,
            new CountedRows(reports),
            EncodingTask.Progress.NONE)
        .write()
        .format("noop")
        .mode("overwrite")
        .save();
    return reports.total();
  }

  /** Bad rows are counted and left out. */
  private record CountedRows(PartitionReports reports) implements RejectedRows {
    @Override
    public Sink open() {
      return new CountingSink(reports);
    }
  }

  private record CountingSink(PartitionReports reports) implements RejectedRows.Sink {
    @Override
    public boolean accept(Row row, RejectedRow why) {
      return false;
    }

    @Override
    public void finish(PartitionCounts counts) {
      reports.add(new PartitionReport(TaskContext.getPartitionId(), counts, null));
    }

    @Override
    public void close() {}
  }
}
