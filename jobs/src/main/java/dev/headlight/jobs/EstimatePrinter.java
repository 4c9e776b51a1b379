package dev.headlight.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.RunEstimate;
import java.io.PrintStream;
import java.util.Locale;

/** Tells what a run would take. */
final class EstimatePrinter {
  private EstimatePrinter() {}

  static void print(RunEstimate estimate, String input, PrintStream out) {
    RunEstimate.Sample sample = estimate.sample();
    out.printf("%nA run over %s:%n%n", input);
    line(out, "rows", Units.count(estimate.rows()));
    line(
        out,
        "sample",
        String.format(
            Locale.ROOT,
            "%s rows, %s of them bad%s: %s tokens in %.2f s in one task",
            Units.count(sample.rows()),
            Units.count(sample.rows() - sample.sequences()),
            sample.quarantinedByReason().isEmpty() ? "" : " " + sample.quarantinedByReason(),
            Units.count(sample.tokens()),
            sample.seconds()));
    line(
        out,
        "tokens",
        "about %s, in %s batches of at most %s"
            .formatted(
                Units.count(estimate.tokens()),
                Units.count(estimate.batches()),
                Units.count(estimate.batchTokens())));
    line(
        out,
        "time",
        "about %s at %s tokens/s, if %d tasks run at a time as fast as that of the sample"
            .formatted(
                Units.duration(Math.round(estimate.seconds())),
                Units.count(Math.round(estimate.tokensPerSecond())),
                estimate.slots()));
  }

  static ObjectNode json(RunEstimate estimate) {
    ObjectNode plan = Json.object();
    plan.put("rows", estimate.rows());
    plan.put("tokens", estimate.tokens());
    plan.put("batches", estimate.batches());
    plan.put("batch_tokens", estimate.batchTokens());
    plan.put("tasks_at_a_time", estimate.slots());
    new ExecutorMemory(estimate.weightBytes()).addTo(plan);
    plan.put("tokens_per_second", estimate.tokensPerSecond());
    plan.put("seconds", estimate.seconds());
    plan.set("sample", Json.tree(estimate.sample()));
    return plan;
  }

  private static void line(PrintStream out, String name, String value) {
    out.printf("  %-13s %s%n", name, value);
  }
}
