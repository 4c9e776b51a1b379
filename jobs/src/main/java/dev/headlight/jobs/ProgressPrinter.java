package dev.headlight.jobs;

import dev.headlight.pipeline.RunProgress.Snapshot;
import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows how far a run is: a line now and then, or on a terminal a bar that moves. The environment
 * variable HEADLIGHT_PROGRESS ({@code bar}, {@code lines}, {@code none}) chooses; the launcher sets
 * it.
 */
final class ProgressPrinter implements AutoCloseable {
  private static final String VARIABLE = "HEADLIGHT_PROGRESS";
  private static final String TO_START_AND_CLEAR = "\r\u001b[K";

  private final Supplier<Snapshot> source;
  private final PrintStream err;
  private final boolean bar;
  private final long start = System.nanoTime();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "headlight-progress");
            thread.setDaemon(true);
            return thread;
          });

  private ProgressPrinter(Supplier<Snapshot> source, PrintStream err, boolean bar) {
    this.source = source;
    this.err = err;
    this.bar = bar;
  }

  /** Begins to show; closing ends it. */
  static ProgressPrinter start(Supplier<Snapshot> source, PrintStream err) {
    String style = System.getenv().getOrDefault(VARIABLE, "lines");
    ProgressPrinter printer = new ProgressPrinter(source, err, style.equals("bar"));
    if (!style.equals("none")) {
      printer.schedule();
    }
    return printer;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a display
  private void schedule() {
    long period = bar ? 250 : 10_000;
    timer.scheduleAtFixedRate(this::show, period, period, TimeUnit.MILLISECONDS);
  }

  private void show() {
    double seconds = (System.nanoTime() - start) / 1e9;
    String text = ProgressText.of(source.get(), seconds, bar);
    if (bar) {
      err.print(TO_START_AND_CLEAR + text);
      err.flush();
    } else {
      err.println("headlight: " + text);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    try {
      // A line that is being printed is finished first.
      timer.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (bar) {
      err.print(TO_START_AND_CLEAR);
      err.flush();
    }
  }
}
