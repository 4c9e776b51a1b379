package dev.headlight.pipeline;

import dev.headlight.model.Example;
import dev.headlight.model.ForwardOutput;
import dev.headlight.model.ForwardPass;
import dev.headlight.model.ForwardRequest;
import dev.headlight.pipeline.RowReader.ReadExample;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The results of one partition's rows, in their order, computed batch by batch as they are asked
 * for. Holds one batch.
 *
 * <p>Spark may close it, at the end of a task, from another thread than the one that reads: the
 * native memory of a running batch is freed only after it.
 */
final class PartitionEncoder implements Iterator<Row>, AutoCloseable {
  private final EncodingTask task;
  private final ForwardRequest request;
  private final SequenceBatcher<Pending> batches;
  private final RejectedRows.Sink rejectedRows;
  private final Queue<Pending> computed = new ArrayDeque<>();
  private PartitionCounts counts = PartitionCounts.NONE;
  private ModelHolder.Lease lease;
  private ForwardPass pass;
  private boolean finished;
  private boolean closed;

  PartitionEncoder(EncodingTask task, Iterator<Row> rows) {
    this.task = task;
    this.request = task.request().build();
    this.rejectedRows = task.rejectedRows().open();
    Iterator<Pending> pending =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return rows.hasNext();
          }

          @Override
          public Pending next() {
            return read(rows.next());
          }
        };
    this.batches = new SequenceBatcher<>(pending, Pending::tokens, task.budget());
  }

  /** A row on its way: read or rejected, and once its batch is computed with its output. */
  private record Pending(Row row, ReadExample read, RejectedRow rejected, EncodedSequence output) {
    long tokens() {
      return read == null ? 0 : (long) read.tokens() + read.decoderTokens();
    }
  }

  @Override
  public synchronized boolean hasNext() {
    while (!closed && computed.isEmpty() && batches.hasNext()) {
      compute(batches.next());
    }
    if (computed.isEmpty() && !closed && !finished) {
      finished = true;
      rejectedRows.finish(counts);
      close();
    }
    return !computed.isEmpty();
  }

  @Override
  public synchronized Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return result(computed.remove());
  }

  private Pending read(Row row) {
    open();
    try {
      ReadExample read = task.reader().read(row, lease.model());
      long bytes = task.rowCost().bytes((long) read.tokens() + read.decoderTokens());
      if (bytes > EncodingPlan.MOST_ROW_BYTES) {
        throw new RejectedRow(
            RejectedRow.OUTPUT_TOO_LARGE,
            "the outputs of %d tokens take %d bytes, and a row of Spark's holds at most %d. Ask for fewer outputs or layers, or limit the tokens with max-tokens."
                .formatted(read.tokens(), bytes, EncodingPlan.MOST_ROW_BYTES));
      }
      long windowBytes =
          (long) read.tokens() * lease.model().model().config().hiddenSize() * Float.BYTES;
      if (read.windows().size() > 1 && windowBytes > BatchBudget.BYTES) {
        throw new RejectedRow(
            RejectedRow.TOO_LONG,
            "the hidden states of %d windows take %d bytes, and those of one text may take %d. Divide the text."
                .formatted(read.windows().size(), windowBytes, BatchBudget.BYTES));
      }
      return new Pending(row, read, null, null);
    } catch (RejectedRow e) {
      return new Pending(row, null, e, null);
    }
  }

  private void open() {
    if (lease == null) {
      lease = ModelHolder.acquire(task.model());
      pass = lease.model().model().newForwardPass();
    }
  }

  private void compute(List<Pending> batch) {
    List<Example> examples = new ArrayList<>(batch.size());
    long tokens = 0;
    for (Pending row : batch) {
      if (row.read() != null) {
        examples.addAll(row.read().windows());
        tokens += row.tokens();
      }
    }
    Iterator<ForwardOutput> next = run(examples).iterator();
    for (Pending row : batch) {
      if (row.read() != null) {
        counts = counts.plusSequence(row.tokens(), row.read().truncated());
        List<ForwardOutput> windows = new ArrayList<>();
        row.read().windows().forEach(window -> windows.add(next.next()));
        computed.add(new Pending(row.row(), row.read(), null, EncodedSequence.of(windows)));
      } else {
        counts = counts.plusRejected(row.rejected().reason());
        if (rejectedRows.accept(row.row(), row.rejected())) {
          computed.add(row);
        }
      }
    }
    task.progress().add(batch.size(), tokens);
  }

  /** In one piece, but for the windows of a text that exceeds the budget by itself. */
  private List<ForwardOutput> run(List<Example> examples) {
    List<ForwardOutput> outputs = new ArrayList<>(examples.size());
    int first = 0;
    while (first < examples.size()) {
      int end = first;
      long tokens = 0;
      do {
        tokens += tokens(examples.get(end));
        end++;
      } while (end < examples.size()
          && tokens + tokens(examples.get(end)) <= task.budget().tokens());
      long start = System.nanoTime();
      outputs.addAll(pass.run(examples.subList(first, end), request));
      counts = counts.plusModelNanos(System.nanoTime() - start);
      first = end;
    }
    return outputs;
  }

  private int tokens(Example example) {
    return RowReader.tokens(example.input(), lease.model().model().config().stack());
  }

  private Row result(Pending pending) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < task.passThrough(); i++) {
      values.add(pending.row().get(i));
    }
    boolean good = pending.read() != null;
    values.add(good ? (Integer) pending.read().wholeTokens() : null);
    values.add(good ? (Boolean) pending.read().truncated() : null);
    if (task.windows()) {
      values.add(good ? (Integer) pending.read().windows().size() : null);
    }
    if (task.decoderTokens()) {
      boolean decoded = good && pending.output().decoderOutput().isPresent();
      values.add(decoded ? (Integer) pending.read().decoderTokens() : null);
    }
    for (OutputColumn.Payload payload : task.payloads()) {
      values.add(good ? payload.apply(pending.output()) : null);
    }
    if (task.errorColumn()) {
      values.add(good ? null : error(pending.rejected()));
    }
    return RowFactory.create(values.toArray());
  }

  private static Row error(RejectedRow rejected) {
    return RowFactory.create(rejected.reason(), rejected.getMessage());
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    computed.clear();
    rejectedRows.close();
    if (pass != null) {
      pass.close();
    }
    if (lease != null) {
      lease.close();
    }
  }
}
