package dev.headlight.jobs;

import dev.headlight.families.CheckpointInspection;
import dev.headlight.model.Inventory;
import dev.headlight.model.TensorUse;
import dev.headlight.safetensors.TensorInfo;
import java.io.PrintStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints what is known of a checkpoint, for people. */
final class InspectionPrinter {
  private InspectionPrinter() {}

  static void print(
      String model, CheckpointInspection inspection, InputDescription inputs, PrintStream out) {
    out.println(model);
    Map<String, String> lines = new LinkedHashMap<>();
    inspection.config().ifPresent(config -> lines.putAll(ModelDescription.of(config)));
    lines.putAll(inputs.lines());
    inspection
        .tensors()
        .ifPresent(tensors -> lines.put("files", stored(tensors.tensors().values())));
    inspection.inventory().ifPresent(inventory -> lines.putAll(sizes(inventory)));
    int width = lines.keySet().stream().mapToInt(String::length).max().orElse(1);
    String format = "  %-" + width + "s  %s%n";
    lines.forEach((name, value) -> out.printf(format, name, value));
    inspection.inventory().ifPresent(inventory -> print(inventory, out));
    if (inspection.problems().isEmpty()) {
      out.printf("%nThis checkpoint can be run.%n");
    } else {
      out.printf("%nThis checkpoint cannot be run:%n");
      inspection.problems().forEach(problem -> out.println("- " + problem));
    }
  }

  private static String stored(Collection<TensorInfo> tensors) {
    long bytes = tensors.stream().mapToLong(TensorInfo::byteLength).sum();
    String dtypes =
        tensors.stream()
            .map(tensor -> tensor.dtype().name())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    List<String> files = tensors.stream().map(TensorInfo::file).distinct().sorted().toList();
    return "%d tensors of %s, %s in %s"
        .formatted(
            tensors.size(),
            dtypes,
            Units.bytes(bytes),
            files.size() == 1 ? files.get(0) : files.size() + " files");
  }

  private static Map<String, String> sizes(Inventory inventory) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("parameters", Units.count(inventory.parameters()));
    ExecutorMemory memory = new ExecutorMemory(inventory.nativeBytes());
    lines.put("memory", memory.used());
    lines.put("executors", memory.settings());
    return lines;
  }

  private static void print(Inventory inventory, PrintStream out) {
    out.printf("%nProjections, outputs x inputs, as they stand in the files:%n%n");
    List<Inventory.Entry> projections =
        inventory.entries().stream().filter(entry -> entry.use().isProjection()).toList();
    projections.forEach(entry -> out.println(projection(entry)));
  }

  private static String projection(Inventory.Entry entry) {
    TensorUse use = entry.use();
    var linear = use.linear().orElseThrow();
    String layer = use.layer().isPresent() ? Integer.toString(use.layer().getAsInt()) : "";
    String stack = use.stack().equals("self") ? "" : use.stack() + " ";
    String place =
        entry
            .stored()
            .map(
                tensor ->
                    "%-4s %s+%d".formatted(tensor.dtype().name(), tensor.file(), tensor.offset()))
            .orElse("missing");
    String slice =
        linear.outputs() == linear.storedOutputs()
            ? ""
            : " outputs %d to %d"
                .formatted(linear.firstOutput(), linear.firstOutput() + linear.outputs() - 1);
    return String.format(
        Locale.ROOT,
        "%s%5s %-12s %6d x %-6d %s  %s%s%s",
        stack,
        layer,
        use.role(),
        linear.outputs(),
        linear.inputs(),
        place,
        use.tensor(),
        linear.transposed() ? " (transposed)" : "",
        slice);
  }
}
