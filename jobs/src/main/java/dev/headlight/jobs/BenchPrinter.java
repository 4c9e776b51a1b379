package dev.headlight.jobs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.BenchmarkReport;
import java.io.PrintStream;
import java.util.Locale;

/** The result of {@code bench}, for programs and for people. */
final class BenchPrinter {
  private BenchPrinter() {}

  static ObjectNode json(BenchmarkReport report) {
    ObjectNode root = Json.object();
    root.put("tokens_per_second", report.tokensPerSecond());
    root.put("tokens_per_second_best", report.bestTokensPerSecond());
    root.put("tokens_per_cpu_second", report.tokensPerCpuSecond());
    root.put("tokens", report.tokens());
    root.put("sequences", report.sequences());
    ArrayNode seconds = root.putArray("seconds");
    report.seconds().forEach(seconds::add);
    ArrayNode cpuSeconds = root.putArray("cpu_seconds");
    report.cpuSeconds().forEach(cpuSeconds::add);
    root.put("precision", report.precision());
    root.put("kernels", report.kernels());
    root.put("statistics", report.statistics());
    root.put("gflops_per_second", report.gigaOperationsPerSecond());
    root.put("threads", report.threads());
    root.put("batch_tokens", report.batchTokens());
    root.put("model", report.model());
    root.put("family", report.family());
    root.put("load_seconds", report.loadSeconds());
    root.put("weight_bytes", report.memory().weightBytes());
    root.put("workspace_bytes", report.memory().workspaceBytes());
    root.put("peak_bytes", report.memory().peakBytes());
    root.put("headlight", Versions.headlight());
    root.put("java", System.getProperty("java.version"));
    if (!report.breakdown().isEmpty()) {
      ObjectNode breakdown = root.putObject("breakdown");
      report.breakdown().forEach(breakdown::put);
    }
    return root;
  }

  static void print(BenchmarkReport report, PrintStream out) {
    line(
        out,
        "%s, %s, %s, statistics %s",
        report.family(),
        report.kernels(),
        report.precision(),
        report.statistics());
    line(
        out,
        "%s tokens a second (median; best %s; %s by processor time), %.0f GFLOP/s",
        Units.count(Math.round(report.tokensPerSecond())),
        Units.count(Math.round(report.bestTokensPerSecond())),
        Units.count(Math.round(report.tokensPerCpuSecond())),
        report.gigaOperationsPerSecond());
    line(
        out,
        "%s sequences of %s tokens in all, %d thread%s, %d repetitions, batches of %s tokens",
        Units.count(report.sequences()),
        Units.count(report.tokens()),
        report.threads(),
        report.threads() == 1 ? "" : "s",
        report.seconds().size(),
        Units.count(report.batchTokens()));
    line(
        out,
        "memory: weights %s, scratch %s, process at most %s",
        Units.bytes(report.memory().weightBytes()),
        Units.bytes(report.memory().workspaceBytes()),
        Units.bytes(report.memory().peakBytes()));
    printBreakdown(report, out);
  }

  private static void printBreakdown(BenchmarkReport report, PrintStream out) {
    double sum = report.breakdown().values().stream().mapToDouble(Double::doubleValue).sum();
    report
        .breakdown()
        .forEach(
            (part, seconds) ->
                line(
                    out,
                    "  %-14s %6.2f %%  %9.3f microseconds a token",
                    part,
                    100 * seconds / sum,
                    1e6 * seconds / report.tokens()));
  }

  private static void line(PrintStream out, String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }
}
