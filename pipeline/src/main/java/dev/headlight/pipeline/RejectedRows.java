package dev.headlight.pipeline;

import java.io.Serializable;
import org.apache.spark.sql.Row;

/** What becomes of bad rows. */
interface RejectedRows extends Serializable {
  /** Opens one for a task. */
  Sink open();

  /** Takes the bad rows of a task. Closing it before {@link #finish} undoes what it did. */
  interface Sink extends AutoCloseable {
    /**
     * Takes a bad row.
     *
     * @return whether a row with the reason is to stand in the results
     */
    boolean accept(Row row, RejectedRow why);

    /** All rows of the partition were read, and their results taken. */
    void finish(PartitionCounts counts);

    @Override
    void close();
  }

  /** Every bad row stays among the results, with its reason. */
  RejectedRows KEEP = KeepingSink::new;

  /** Keeps all. */
  record KeepingSink() implements Sink {
    @Override
    public boolean accept(Row row, RejectedRow why) {
      return true;
    }

    @Override
    public void finish(PartitionCounts counts) {}

    @Override
    public void close() {}
  }
}
