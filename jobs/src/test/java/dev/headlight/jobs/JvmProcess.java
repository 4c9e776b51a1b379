package dev.headlight.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JVM started by a test. Its output is read all the time and can be waited for; every wait ends,
 * and says what the last lines were. Closing kills it and all that it started.
 */
final class JvmProcess implements AutoCloseable {
  private static final int TAIL = 60;
  private static final Duration END = Duration.ofSeconds(30);

  /** Variables of whoever runs the tests that would change what Spark does. */
  private static final List<String> UNWANTED =
      List.of("SPARK_CONF_DIR", "SPARK_HOME", "SPARK_SUBMIT_OPTS", "HADOOP_CONF_DIR", "CLASSPATH");

  private final String name;
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  private JvmProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts a JVM of the same JDK.
   *
   * @param name for messages
   * @param environment variables that it has besides those of this JVM
   * @param arguments of the command {@code java}
   */
  static JvmProcess start(
      String name, Path folder, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeAll(UNWANTED);
    builder.environment().putAll(environment);
    JvmProcess started = new JvmProcess(name, builder.start());
    Thread reader = new Thread(started::read, "output of " + name);
    reader.setDaemon(true);
    reader.start();
    return started;
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      synchronized (lines) {
        ended = true;
        lines.notifyAll();
      }
    }
  }

  /**
   * Waits for a line in which a pattern is found.
   *
   * @throws AssertionError if the process ends without, or it takes too long
   */
  Matcher await(Pattern pattern, Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    int next = 0;
    synchronized (lines) {
      while (true) {
        for (; next < lines.size(); next++) {
          Matcher matcher = pattern.matcher(lines.get(next));
          if (matcher.find()) {
            return matcher;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (ended || left <= 0) {
          String how = ended ? "ended" : "had " + atMost + " time";
          throw new AssertionError(
              "%s %s without a line with '%s'.%n%s".formatted(name, how, pattern, tail()));
        }
        lines.wait(left);
      }
    }
  }

  /**
   * Waits for the end; returns the exit code.
   *
   * @throws AssertionError if it takes too long
   */
  int awaitEnd(Duration atMost) throws InterruptedException {
    if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("%s has not ended after %s.%n%s".formatted(name, atMost, tail()));
    }
    long end = System.nanoTime() + END.toNanos();
    synchronized (lines) {
      for (long left = 1; !ended && left > 0; ) {
        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        lines.wait(Math.max(1, left));
      }
    }
    return process.exitValue();
  }

  /** The output until now. */
  String output() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  /** The last lines of the output, for messages. */
  String tail() {
    synchronized (lines) {
      return "Last lines of %s:%n%s"
          .formatted(
              name,
              String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size())));
    }
  }

  /** Asks it to end, as Ctrl-C and schedulers do. */
  void terminate() {
    // Not of the process itself: that would close its output as well.
    process.toHandle().destroy();
  }

  /** The processes that it has started and that still run. */
  Stream<ProcessHandle> children() {
    return process.children();
  }

  @Override
  public void close() {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle each : all) {
      each.onExit().orTimeout(END.toSeconds(), TimeUnit.SECONDS).join();
    }
  }
}
