package dev.headlight.jobs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.machine.MachineReport;
import dev.headlight.pipeline.machine.Machines;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code doctor}: what machines offer. */
@Command(
    name = "doctor",
    description =
        "Tells what this machine offers: JVM, kernels, instruction sets, threads, memory, and whether"
            + " everything works. With --master, the same of every executor there.",
    versionProvider = Versions.class,
    mixinStandardHelpOptions = true)
final class DoctorCommand implements HeadlightCommand {
  @Mixin private final CommandEnvironment environment;

  @Option(
      names = "--kernels",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "The kernels to try: auto, nd4j or onednn. Default: ${DEFAULT-VALUE}.")
  private String kernels;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  DoctorCommand(Context context) {
    this.environment = new CommandEnvironment(context);
  }

  @Override
  public CommandEnvironment environment() {
    return environment;
  }

  @Override
  public Integer call() throws IOException {
    List<MachineReport> reports = new ArrayList<>();
    reports.add(Machines.here(kernels));
    if (environment.spark().master() != null) {
      try (SparkSession session = environment.open("doctor")) {
        JavaSparkContext executors = JavaSparkContext.fromSparkContext(session.sparkContext());
        Machines.executors(executors, kernels).stream()
            .filter(report -> !report.executor().equals("driver"))
            .forEach(reports::add);
      }
    }
    if (json) {
      environment.out().println(Json.print(json(reports)));
    } else {
      reports.forEach(report -> print(report, environment.out()));
    }
    boolean sound = reports.stream().allMatch(report -> report.problems().isEmpty());
    return sound ? ExitCode.DONE : ExitCode.FAILED;
  }

  private static ObjectNode json(List<MachineReport> reports) {
    ObjectNode root = Json.object();
    root.put("headlight", Versions.headlight()).put("spark", Versions.spark());
    ArrayNode machines = root.putArray("machines");
    for (MachineReport report : reports) {
      ObjectNode machine = (ObjectNode) Json.tree(report);
      machine.set("problems", Json.tree(report.problems()));
      machine.set("warnings", Json.tree(report.warnings()));
      machines.add(machine);
    }
    return root;
  }

  private static void print(MachineReport report, PrintStream out) {
    out.printf("%s on %s%n", name(report), report.host());
    line(out, "Headlight", "%s on Spark %s".formatted(Versions.headlight(), Versions.spark()));
    line(out, "Java", report.java().version());
    line(
        out,
        "processor",
        "%s (%s)"
            .formatted(
                report.processor().model(),
                String.join(" ", report.processor().instructionSets())));
    line(out, "threads", "%s, %s for each task".formatted(report.threads(), report.taskThreads()));
    line(
        out,
        "memory",
        "%s, of which %s at most are Java heap"
            .formatted(Units.bytes(report.memoryBytes()), Units.bytes(report.heapBytes())));
    report
        .kernels()
        .libraries()
        .forEach(
            library ->
                line(
                    out,
                    library.name(),
                    library.problem().isEmpty()
                        ? library.description()
                        : "does not load: " + library.problem()));
    String precisions = String.join(", ", report.kernels().precisions());
    line(out, "kernels", "%s, in %s".formatted(report.kernels().name(), precisions));
    report.warnings().forEach(warning -> line(out, "warning", warning));
    report.problems().forEach(problem -> line(out, "PROBLEM", problem));
    line(out, "result", report.problems().isEmpty() ? "everything needed works" : "broken");
  }

  private static String name(MachineReport report) {
    return report.executor().equals("driver") ? "driver" : "executor " + report.executor();
  }

  private static void line(PrintStream out, String name, String value) {
    out.printf("  %-10s %s%n", name, value);
  }
}
