package dev.headlight.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What a command line did.
 *
 * @param out what it printed to stdout
 * @param err what it printed to stderr
 */
record Invocation(int exitCode, String out, String err) {
  private static final List<String> LOCAL =
      List.of(
          "--master=local[2]",
          "--spark-conf=spark.ui.enabled=false",
          "--spark-conf=spark.sql.shuffle.partitions=2");

  /** Runs a command in this JVM. */
  static Invocation of(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(arguments, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    return new Invocation(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Runs a command in this JVM, with a small Spark of its own. */
  static Invocation onLocalSpark(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(LOCAL);
    return of(all.toArray(String[]::new));
  }
}
