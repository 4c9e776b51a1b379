package dev.headlight.jobs;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A Spark standalone cluster on this machine: a master and two workers, each a JVM of its own, on
 * free ports of the loopback interface. Its Spark is put together from the jars of the tests' class
 * path, without those that the job jar brings.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(5);

  /** Jars that are on the class path for the tests only, or that the job jar holds. */
  private static final Pattern NOT_SPARK =
      Pattern.compile(
          "/org/nd4j/|/org/bytedeco/|/ai/djl/|/info/picocli/|/org/junit/|/org/opentest4j/"
              + "|/org/apiguardian/|/org/jspecify/|/org/assertj/|/net/bytebuddy/|/com/tngtech/"
              + "|/org/apache/maven/|/hadoop-client-minicluster/|/headlight-[^/]*$");

  /**
   * These JVMs live so short that the optimising compiler takes more of the processor than it gives
   * back. Those of executors compute, and keep it.
   */
  private static final List<String> SHORT_LIVED =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private final Path folder;
  private final Map<String, String> environment;
  private final List<JvmProcess> processes = new ArrayList<>();
  private final Thread hook = new Thread(this::closeProcesses, "end of the cluster");
  private String url;
  private boolean closed;

  private StandaloneCluster(Path folder) {
    this.folder = folder;
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("SPARK_HOME", folder.resolve("spark").toString());
    variables.put("SPARK_SCALA_VERSION", "2.13");
    variables.put("SPARK_LOCAL_IP", "127.0.0.1");
    variables.put("SPARK_PUBLIC_DNS", "127.0.0.1");
    // What killed JVMs leave behind goes with the folder.
    variables.put("SPARK_LOCAL_DIRS", folder.resolve("local").toString());
    variables.put("JAVA_TOOL_OPTIONS", "\"-Djava.io.tmpdir=%s\"".formatted(folder.resolve("tmp")));
    variables.put("JAVA_HOME", System.getProperty("java.home"));
    this.environment = Map.copyOf(variables);
  }

  /**
   * Starts a cluster.
   *
   * @param folder an empty one, for Spark and what the cluster writes
   */
  static StandaloneCluster start(Path folder) throws IOException, InterruptedException {
    StandaloneCluster cluster = new StandaloneCluster(folder);
    Runtime.getRuntime().addShutdownHook(cluster.hook);
    try {
      cluster.linkJars();
      cluster.startMaster();
      cluster.startWorkers();
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  private void linkJars() throws IOException {
    Files.createDirectories(folder.resolve("tmp"));
    Path jars = Files.createDirectories(folder.resolve("spark/jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path jar = Path.of(entry);
      if (entry.endsWith(".jar") && !NOT_SPARK.matcher(entry).find()) {
        Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar.toAbsolutePath());
      }
    }
  }

  private void startMaster() throws IOException, InterruptedException {
    JvmProcess master =
        startJvm(
            "master",
            "org.apache.spark.deploy.master.Master",
            List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
    url = master.await(Pattern.compile("Starting Spark master at (spark://\\S+)"), START).group(1);
  }

  private void startWorkers() throws IOException, InterruptedException {
    List<JvmProcess> workers = new ArrayList<>();
    for (String name : List.of("worker-1", "worker-2")) {
      List<String> arguments = new ArrayList<>(List.of("--host", "127.0.0.1", "--port", "0"));
      arguments.addAll(List.of("--webui-port", "0", "--cores", "2", "--memory", "16g"));
      arguments.addAll(List.of("--work-dir", work(name).toString(), url));
      workers.add(startJvm(name, "org.apache.spark.deploy.worker.Worker", arguments));
    }
    for (JvmProcess worker : workers) {
      worker.await(Pattern.compile("Successfully registered with master"), START);
    }
  }

  /** Where the master is: {@code spark://host:port}. */
  String url() {
    return requireNonNull(url);
  }

  /** Starts {@code spark-submit} with the arguments that the launcher would give to it. */
  JvmProcess submit(String name, List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(0, List.of("--conf", "spark.ui.enabled=false"));
    return startJvm(name, "org.apache.spark.deploy.SparkSubmit", all);
  }

  private synchronized JvmProcess startJvm(String name, String mainClass, List<String> arguments)
      throws IOException {
    if (closed) {
      throw new IllegalStateException("the cluster is closed");
    }
    List<String> command = new ArrayList<>(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(List.of("-Xmx1g", "-Dspark.master.rest.enabled=false"));
    command.addAll(SHORT_LIVED);
    command.addAll(List.of("-cp", folder.resolve("spark/jars").toString() + "/*", mainClass));
    command.addAll(arguments);
    JvmProcess process = JvmProcess.start(name, folder, environment, command);
    processes.add(process);
    return process;
  }

  /** The executor of an application that has a number; it is alive. */
  ProcessHandle executor(String application, String executor) {
    return processes.stream()
        .flatMap(JvmProcess::children)
        .filter(
            process -> {
              String line = process.info().commandLine().orElse("");
              return line.contains("--app-id " + application + " ")
                  && line.contains("--executor-id " + executor + " ");
            })
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "no process of executor %s of %s%n%s"
                        .formatted(executor, application, tails())));
  }

  /** What the executors of an application have logged. */
  String executorLogs(String application) throws IOException {
    StringBuilder logs = new StringBuilder();
    for (String worker : List.of("worker-1", "worker-2")) {
      Path folderOfApplication = work(worker).resolve(application);
      if (Files.exists(folderOfApplication)) {
        try (Stream<Path> files = Files.walk(folderOfApplication)) {
          for (Path file : files.filter(path -> path.endsWith("stderr")).toList()) {
            logs.append(Files.readString(file));
          }
        }
      }
    }
    return logs.toString();
  }

  private Path work(String worker) {
    return folder.resolve("work").resolve(worker);
  }

  /** The last lines of all processes, for messages. */
  String tails() {
    StringBuilder text = new StringBuilder();
    processes.forEach(process -> text.append(process.tail()).append("\n\n"));
    return text.toString();
  }

  private synchronized void closeProcesses() {
    closed = true;
    // The submissions first, then the workers with their executors, then the master.
    for (int i = processes.size() - 1; i >= 0; i--) {
      processes.get(i).close();
    }
  }

  @Override
  public void close() throws IOException {
    closeProcesses();
    Runtime.getRuntime().removeShutdownHook(hook);
    try (Stream<Path> links = Files.list(folder.resolve("spark/jars"))) {
      for (Path link : links.toList()) {
        Files.delete(link);
      }
    }
  }
}
