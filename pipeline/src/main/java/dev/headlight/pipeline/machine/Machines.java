package dev.headlight.pipeline.machine;

import dev.headlight.kernel.KernelReport;
import dev.headlight.pipeline.ConfigurationException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.launcher.JavaModuleOptions;

/** Finds out what machines offer: this one, or those of a session's executors. */
public final class Machines {
  private static final List<String> INSTRUCTION_SETS =
      List.of(
          "fma",
          "avx2",
          "avx512f",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_bf16",
          "amx_int8",
          "asimd",
          "bf16",
          "sve");

  private static final int TASKS_PER_SLOT = 4;

  private Machines() {}

  /**
   * This JVM.
   *
   * @param kernels {@code auto}, or the name of kernels
   * @throws ConfigurationException if there are no kernels of this name
   */
  public static MachineReport here(String kernels) {
    SparkEnv env = SparkEnv.get();
    SparkConf conf = env == null ? new SparkConf() : env.conf();
    var system =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    return new MachineReport(
        env == null ? "driver" : env.executorId(),
        host(),
        processor(Path.of("/proc/cpuinfo")),
        jvm(),
        Runtime.getRuntime().availableProcessors(),
        conf.getInt("spark.task.cpus", 1),
        Runtime.getRuntime().maxMemory(),
        system.getTotalMemorySize(),
        kernels(kernels));
  }

  private static MachineReport.Kernels kernels(String name) {
    try {
      KernelReport report = KernelReport.of(name);
      return new MachineReport.Kernels(
          report.kernels(),
          report.precisions(),
          report.libraries().stream()
              .map(
                  library ->
                      new MachineReport.NativeLibrary(
                          library.name(),
                          library.description(),
                          library.problem(),
                          library.needed()))
              .toList(),
          report.unstableRows());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("kernels: " + e.getMessage(), e);
    }
  }

  /** The executors of a session that run tasks now, by id. Runs a Spark job. */
  public static List<MachineReport> executors(JavaSparkContext context, String kernels) {
    int tasks = Math.max(1, context.defaultParallelism()) * TASKS_PER_SLOT;
    Map<String, MachineReport> byExecutor = new TreeMap<>();
    context
        .parallelize(Collections.nCopies(tasks, kernels), tasks)
        .map(Machines::here)
        .collect()
        .forEach(report -> byExecutor.put(report.executor(), report));
    return List.copyOf(byExecutor.values());
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private static MachineReport.Jvm jvm() {
    List<String> present = ManagementFactory.getRuntimeMXBean().getInputArguments();
    List<String> missing =
        Arrays.stream(JavaModuleOptions.defaultModuleOptionArray())
            .filter(option -> !present.contains(option))
            .toList();
    return new MachineReport.Jvm(
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        missing,
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
  }

  /** The first processor that Linux lists; on other systems what Java knows of it. */
  static MachineReport.Processor processor(Path cpuinfo) {
    try (Stream<String> lines = Files.lines(cpuinfo, StandardCharsets.ISO_8859_1)) {
      List<String> first = lines.takeWhile(line -> !line.isBlank()).toList();
      List<String> flags =
          List.of((field(first, "flags") + " " + field(first, "Features")).split("\\s+"));
      return new MachineReport.Processor(
          field(first, "model name"), INSTRUCTION_SETS.stream().filter(flags::contains).toList());
    } catch (IOException e) {
      return new MachineReport.Processor(System.getProperty("os.arch"), List.of());
    }
  }

  private static String field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }
}
