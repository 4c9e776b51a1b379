package dev.headlight.pipeline;

import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;

/**
 * The first bad row fails the job.
 *
 * @param id index of the row's id as a string, or -1 where rows have none
 * @param reports takes the counts of tasks without bad rows; null where nobody counts
 */
record FailingRows(int id, PartitionReports reports) implements RejectedRows {
  @Override
  public Sink open() {
    return new FailingSink();
  }

  private final class FailingSink implements Sink {
    @Override
    public boolean accept(Row row, RejectedRow why) {
      String where = id < 0 ? "a row" : "the row with id '%s'".formatted(row.getString(id));
      throw new BadRowException(
          "%s is bad: %s: %s".formatted(where, why.reason(), why.getMessage()));
    }

    @Override
    public void finish(PartitionCounts counts) {
      if (reports != null) {
        reports.add(new PartitionReport(TaskContext.getPartitionId(), counts, null));
      }
    }

    @Override
    public void close() {}
  }
}
