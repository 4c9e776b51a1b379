package dev.headlight.jobs;

import dev.headlight.pipeline.EncodingJob;
import dev.headlight.pipeline.RunFailedException;
import dev.headlight.pipeline.RunResult;
import java.io.PrintStream;
import org.apache.spark.sql.SparkSession;

/** Runs a job with its progress shown, in a way that it can be interrupted. */
final class WatchedRun {
  private static final String INTERRUPTED =
      "interrupted; what is written until now is incomplete. The same command with --resume"
          + " replaces it.";

  private WatchedRun() {}

  static RunResult run(EncodingJob job, SparkSession session, PrintStream err) {
    try (Interruption interruption = Interruption.of(session.sparkContext());
        ProgressPrinter progress = ProgressPrinter.start(job::progress, err)) {
      try {
        return job.run();
      } catch (RunFailedException e) {
        if (interruption.happened()) {
          // Before the interruption is closed: the JVM may end at once after it.
          err.println("headlight: " + INTERRUPTED);
          err.flush();
          throw new InterruptedRunException(INTERRUPTED, e);
        }
        throw e;
      }
    }
  }
}
