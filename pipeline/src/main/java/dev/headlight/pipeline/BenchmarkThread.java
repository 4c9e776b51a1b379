package dev.headlight.pipeline;

import dev.headlight.model.Example;
import dev.headlight.model.ForwardPass;
import dev.headlight.model.ForwardRequest;
import dev.headlight.model.TransformerModel;
import dev.headlight.nn.PartClock;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One thread of a benchmark with its forward pass, as a task slot has. */
final class BenchmarkThread implements AutoCloseable {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final ForwardPass pass;
  private final PartClock clock;
  private final List<List<Example>> batches;
  private final ForwardRequest request;

  BenchmarkThread(
      TransformerModel model,
      List<List<Example>> batches,
      ForwardRequest request,
      boolean breakdown) {
    this.clock = breakdown ? PartClock.on() : PartClock.off();
    this.pass = model.newForwardPass(clock);
    this.batches = batches;
    this.request = request;
  }

  /** Runs all batches once; gives the thread's processor time in nanoseconds. */
  Future<Long> start() {
    return thread.submit(
        () -> {
          long start = THREADS.getCurrentThreadCpuTime();
          clock.restart();
          long outputs = 0;
          for (List<Example> batch : batches) {
            outputs += pass.run(batch, request).size();
          }
          long examples = batches.stream().mapToLong(List::size).sum();
          if (outputs != examples) {
            throw new IllegalStateException(
                "%d examples gave %d outputs".formatted(examples, outputs));
          }
          return THREADS.getCurrentThreadCpuTime() - start;
        });
  }

  /** Nanoseconds by part, of the last run. */
  Map<PartClock.Part, Long> nanos() {
    return clock.nanos();
  }

  long workspaceBytes() {
    return pass.workspaceBytes();
  }

  @Override
  public void close() {
    thread.shutdownNow();
    pass.close();
  }
}
