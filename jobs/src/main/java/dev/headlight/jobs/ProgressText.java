package dev.headlight.jobs;

import dev.headlight.pipeline.RunProgress.Snapshot;
import java.util.Locale;

/** A line about how far a run is. */
final class ProgressText {
  private static final int BAR_WIDTH = 24;

  private ProgressText() {}

  /**
   * Rows, tokens a second and the time left, as far as they are known.
   *
   * @param seconds since the start
   */
  static String of(Snapshot progress, double seconds, boolean bar) {
    if (progress.tasks() == 0) {
      return "preparing";
    }
    double done = progress.fraction();
    StringBuilder text = new StringBuilder();
    if (bar) {
      int filled = (int) (done * BAR_WIDTH);
      text.append('[')
          .append("=".repeat(filled))
          .append(" ".repeat(BAR_WIDTH - filled))
          .append("] ");
    }
    text.append(String.format(Locale.ROOT, "%d %%, ", (int) (100 * done)));
    text.append(Units.count(progress.rows()));
    if (progress.totalRows().isPresent()) {
      text.append(" of ").append(Units.count(progress.totalRows().getAsLong()));
    }
    text.append(" rows");
    if (progress.tokens() > 0 && seconds > 0) {
      text.append(", ").append(Units.count(Math.round(progress.tokens() / seconds)));
      text.append(" tokens/s");
    }
    if (done > 0 && done < 1) {
      long left = Math.round(seconds * (1 - done) / done);
      text.append(", ").append(Units.duration(left)).append(" left");
    } else if (done >= 1) {
      text.append(", summing up");
    }
    return text.toString();
  }
}
