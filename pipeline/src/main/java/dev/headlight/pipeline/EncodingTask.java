package dev.headlight.pipeline;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * What every task does; sent to the executors.
 *
 * @param model where to get the model
 * @param reader makes examples of rows
 * @param passThrough leading columns that are taken over as they are
 * @param request what to ask of the forward pass
 * @param payloads values of the output columns
 * @param rowCost bytes of the results of one row
 * @param windows whether the number of windows is a column
 * @param decoderTokens whether the number of decoder tokens is a column
 * @param errorColumn whether the reason of a bad row is a column
 */
record EncodingTask(
    ModelSource model,
    RowReader reader,
    int passThrough,
    RequestBuilder request,
    List<OutputColumn.Payload> payloads,
    BatchBudget budget,
    Cost rowCost,
    boolean windows,
    boolean decoderTokens,
    boolean errorColumn,
    RejectedRows rejectedRows,
    Progress progress)
    implements MapPartitionsFunction<Row, Row>, Serializable {

  /** Told of rows as they are computed, for display only: rows of a task that fails count too. */
  interface Progress extends Serializable {
    Progress NONE = (rows, tokens) -> {};

    void add(long rows, long tokens);
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    PartitionEncoder encoder = new PartitionEncoder(this, rows);
    TaskContext.get()
        .addTaskCompletionListener(
            context -> {
              encoder.close();
            });
    return encoder;
  }
}
