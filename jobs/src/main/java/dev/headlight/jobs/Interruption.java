package dev.headlight.jobs;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkContext;

/**
 * Ends Spark's jobs when the JVM is told to stop (SIGTERM, Ctrl-C), and gives the run time to write
 * how it ended, before Spark and the file systems are closed.
 */
final class Interruption implements AutoCloseable {
  /** Spark's own hooks are 30 above the file systems'; higher ones run earlier. */
  private static final int PRIORITY = FileSystem.SHUTDOWN_HOOK_PRIORITY + 60;

  private static final long MOST_SECONDS = 25;

  private final SparkContext context;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean happened;
  private final Runnable hook = this::interrupt;

  private Interruption(SparkContext context) {
    this.context = context;
  }

  static Interruption of(SparkContext context) {
    Interruption interruption = new Interruption(context);
    ShutdownHookManager.get()
        .addShutdownHook(interruption.hook, PRIORITY, MOST_SECONDS, TimeUnit.SECONDS);
    return interruption;
  }

  boolean happened() {
    return happened;
  }

  private void interrupt() {
    happened = true;
    context.cancelAllJobs();
    try {
      if (!ended.await(MOST_SECONDS - 1, TimeUnit.SECONDS)) {
        System.err.println("headlight: the job does not end; leaving it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ended.countDown();
    if (!ShutdownHookManager.get().isShutdownInProgress()) {
      ShutdownHookManager.get().removeShutdownHook(hook);
    }
  }
}
