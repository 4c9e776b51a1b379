package dev.headlight.jobs;

import dev.headlight.pipeline.EncodingJob;
import dev.headlight.pipeline.RunOptions;
import dev.headlight.pipeline.RunResult;
import dev.headlight.pipeline.report.Report;
import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tells how a run ended. */
final class ResultPrinter {
  private ResultPrinter() {}

  static void print(RunResult result, RunOptions options, PrintStream out) {
    out.printf(
        "%s rows: %s sequences%s, %s quarantined%s%n",
        Units.count(result.rows()),
        Units.count(result.sequences()),
        result.truncated() == 0
            ? ""
            : " (%s of them truncated)".formatted(Units.count(result.truncated())),
        Units.count(result.quarantined()),
        reasons(result));
    out.printf(
        Locale.ROOT,
        "%s tokens in %.1f s, %s tokens/s, %.0f %% of it in the model; %.1f s in all%n",
        Units.count(result.tokens()),
        result.computationSeconds(),
        Units.count(Math.round(result.tokensPerSecond())),
        100 * result.modelShare(),
        result.seconds());
    line(out, options, EncodingJob.SEQUENCES, "one row for each sequence");
    line(out, options, EncodingJob.SUMMARY, "statistics of all sequences, by layer and head");
    line(out, options, EncodingJob.QUARANTINE, "bad rows with their reasons");
    line(out, options, "run.json", "model, options, versions, counts");
    if (options.report()) {
      line(out, options, Report.FILE, "all of it to look at, in a browser");
    }
    out.flush();
  }

  private static String reasons(RunResult result) {
    return result.quarantinedByReason().isEmpty()
        ? ""
        : result.quarantinedByReason().entrySet().stream()
            .sorted(java.util.Map.Entry.comparingByKey())
            .map(reason -> "%s %s".formatted(Units.count(reason.getValue()), reason.getKey()))
            .collect(Collectors.joining(", ", " (", ")"));
  }

  private static void line(PrintStream out, RunOptions options, String name, String what) {
    out.printf("  %s %s%n", OutputPaths.in(options.output(), "%-11s".formatted(name)), what);
  }
}
