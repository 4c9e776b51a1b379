package dev.headlight.jobs;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The arguments of {@code spark-submit} for a command. What Spark has to know before the driver
 * starts is taken out of the command's options, and those of the conf file are written out, so that
 * a driver elsewhere does not need the file.
 */
final class SubmitArguments {
  private static final Set<String> FOR_SPARK_SUBMIT = Set.of("--conf", "--spark-conf");

  /** A driver in the cluster is told by the cluster what its master is. */
  private static final Set<String> NOT_FOR_A_DRIVER_IN_THE_CLUSTER =
      Set.of("--master", "--deploy-mode");

  private static final String DRIVER_MEMORY = "spark.driver.memory";
  private static final long GIB = 1L << 30;

  private SubmitArguments() {}

  static List<String> of(ParseResult command, String jar, Map<String, String> environment) {
    CommandEnvironment parsed =
        ((HeadlightCommand) command.commandSpec().userObject()).environment();
    SparkOptions spark = parsed.spark();
    Map<String, String> settings = new LinkedHashMap<>(parsed.sparkSettings());
    addDefaults(settings, spark, environment);

    List<String> arguments = new ArrayList<>(List.of("--class", Main.class.getName()));
    if (spark.master() != null) {
      arguments.addAll(List.of("--master", spark.master()));
    }
    if (spark.deployMode() != null) {
      arguments.addAll(List.of("--deploy-mode", spark.deployMode()));
    }
    settings.forEach((key, value) -> arguments.addAll(List.of("--conf", key + "=" + value)));
    arguments.add(jar);
    arguments.add(command.commandSpec().name());
    boolean cluster = "cluster".equals(spark.deployMode());
    for (OptionSpec option : command.commandSpec().options()) {
      String name = option.longestName();
      boolean left =
          FOR_SPARK_SUBMIT.contains(name)
              || (cluster && NOT_FOR_A_DRIVER_IN_THE_CLUSTER.contains(name));
      if (!left) {
        values(option, command, parsed.file()).forEach(value -> arguments.add(name + "=" + value));
      }
    }
    return arguments;
  }

  /** The values of an option as they were written; none if it was left at its default. */
  private static List<String> values(OptionSpec option, ParseResult command, ConfFile file) {
    if (command.hasMatchedOption(option)) {
      return command.matchedOption(option.longestName()).originalStringValues().stream()
          .map(value -> value.isEmpty() ? "true" : value)
          .toList();
    }
    String value =
        ConfDefaults.canStandInFile(option) ? file.value(ConfDefaults.key(option)) : null;
    return value == null ? List.of() : List.of(value);
  }

  private static void addDefaults(
      Map<String, String> settings, SparkOptions spark, Map<String, String> environment) {
    Properties installed = installedSettings(environment);
    String master = spark.master() == null ? installed.getProperty("spark.master") : spark.master();
    boolean local = master == null || master.startsWith("local");
    boolean memoryIsSet =
        installed.containsKey(DRIVER_MEMORY) || environment.containsKey("SPARK_DRIVER_MEMORY");
    if (local && !memoryIsSet) {
      settings.putIfAbsent(DRIVER_MEMORY, heapOfThisMachine());
    }
    if (!installed.containsKey("spark.app.name")) {
      settings.putIfAbsent("spark.app.name", "headlight");
    }
    // Else the exit code of a submission in cluster mode tells nothing of the job.
    settings.putIfAbsent("spark.standalone.submit.waitAppCompletion", "true");
  }

  /**
   * A quarter of the memory: weights and activations are outside of the heap, and tables pass
   * through it in small pieces.
   */
  private static String heapOfThisMachine() {
    var system =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    long quarter = system.getTotalMemorySize() / 4;
    return Math.max(GIB, Math.min(quarter, 16 * GIB)) / (1 << 20) + "m";
  }

  /** Spark's own defaults, from {@code spark-defaults.conf}. */
  private static Properties installedSettings(Map<String, String> environment) {
    Properties settings = new Properties();
    String home = environment.get("SPARK_HOME");
    String folder = environment.getOrDefault("SPARK_CONF_DIR", home == null ? "" : home + "/conf");
    Path file = Path.of(folder, "spark-defaults.conf");
    if (!folder.isEmpty() && Files.isReadable(file)) {
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        settings.load(reader);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return settings;
  }
}
