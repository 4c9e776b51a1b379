package dev.headlight.pipeline.machine;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a JVM and the machine it runs on offer to a job.
 *
 * @param executor Spark's id of it; {@code driver} for the driver
 * @param host name of the machine
 * @param processor model and instruction sets
 * @param java version, and what of Spark's own JVM options is missing
 * @param threads processors this JVM may use
 * @param taskThreads threads of a task
 * @param heapBytes the most memory of the Java heap
 * @param memoryBytes memory of the machine, or of the container this JVM is in
 */
public record MachineReport(
    String executor,
    String host,
    Processor processor,
    Jvm java,
    int threads,
    int taskThreads,
    long heapBytes,
    long memoryBytes,
    Kernels kernels)
    implements Serializable {

  /**
   * The processor.
   *
   * @param instructionSets those that matter to matrix products; empty where they are not known
   */
  public record Processor(String model, List<String> instructionSets) implements Serializable {
    public Processor {
      instructionSets = List.copyOf(instructionSets);
    }
  }

  /**
   * The JVM.
   *
   * @param missingOptions options that Spark gives to its own JVMs and this one has not
   * @param vectorApi whether the module {@code jdk.incubator.vector} is there
   */
  public record Jvm(String version, List<String> missingOptions, boolean vectorApi)
      implements Serializable {
    public Jvm {
      missingOptions = List.copyOf(missingOptions);
    }
  }

  /**
   * The kernels that are used, and the native libraries.
   *
   * @param precisions those that these kernels compute in on this machine
   * @param unstableRows an example of a row whose bits depend on its company; empty if there is
   *     none
   */
  public record Kernels(
      String name, List<String> precisions, List<NativeLibrary> libraries, String unstableRows)
      implements Serializable {
    public Kernels {
      precisions = List.copyOf(precisions);
      libraries = List.copyOf(libraries);
    }
  }

  /**
   * A native library.
   *
   * @param description its version; empty if it does not load
   * @param problem why it does not load; empty if it does
   * @param needed whether the kernels that are used need it
   */
  public record NativeLibrary(String name, String description, String problem, boolean needed)
      implements Serializable {}

  /** What keeps jobs from running here, or makes their results wrong; empty if nothing does. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (NativeLibrary library : kernels.libraries()) {
      if (library.needed() && !library.problem().isEmpty()) {
        problems.add("%s does not load: %s".formatted(library.name(), library.problem()));
      }
    }
    if (!kernels.unstableRows().isEmpty()) {
      problems.add(
          "the kernels %s round a row differently among more rows (%s), so results depend on batches"
              .formatted(kernels.name(), kernels.unstableRows()));
    }
    return problems;
  }

  /** What makes jobs slower than they could be, or may stand in their way. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!java.missingOptions().isEmpty()) {
      warnings.add(
          "the JVM lacks options that Spark gives to its own: %s. Start with spark-submit or bin/headlight."
              .formatted(String.join(" ", java.missingOptions())));
    }
    if (!java.vectorApi()) {
      warnings.add(
          "the JVM has no Vector API: add --add-modules jdk.incubator.vector to its options");
    }
    for (NativeLibrary library : kernels.libraries()) {
      if (!library.needed() && !library.problem().isEmpty()) {
        warnings.add("%s does not load: %s".formatted(library.name(), library.problem()));
      }
    }
    return warnings;
  }
}
