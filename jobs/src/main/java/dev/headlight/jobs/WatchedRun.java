package dev.headlight.jobs;

import dev.headlight.pipeline.EncodingJob;
import dev.headlight.pipeline.RunFailedException;
import dev.headlight.pipeline.RunResult;
import org.apache.spark.sql.SparkSession;

/** Runs a job with its progress shown, in a way that it can be interrupted. */
final class WatchedRun {
  private WatchedRun() {}

  static RunResult run(EncodingJob job, SparkSession session, Context context) {
    try (Interruption interruption = Interruption.of(session.sparkContext());
        ProgressPrinter progress = ProgressPrinter.start(job::progress, context.err())) {
      try {
        return job.run();
      } catch (RunFailedException e) {
        if (interruption.happened()) {
          throw new InterruptedRunException(
              "interrupted; what is written until now is incomplete", e);
        }
        throw e;
      }
    }
  }
}
