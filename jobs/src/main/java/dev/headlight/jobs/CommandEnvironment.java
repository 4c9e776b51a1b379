package dev.headlight.jobs;

import java.io.PrintStream;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Mixin;

/** What every command has beside options of its own: where it prints, and where its Spark runs. */
final class CommandEnvironment {
  private final Context context;

  @Mixin private final SparkOptions spark = new SparkOptions();

  CommandEnvironment(Context context) {
    this.context = context;
  }

  /** Options of a conf file. */
  ConfFile file() {
    return context.file();
  }

  /** Where results are printed. */
  PrintStream out() {
    return context.out();
  }

  /** Where progress and messages are printed. */
  PrintStream err() {
    return context.err();
  }

  /** Where Spark runs. */
  SparkOptions spark() {
    return spark;
  }

  /**
   * Spark's settings of the conf file and the command line together.
   *
   * @throws dev.headlight.pipeline.ConfigurationException if one is not {@code spark.KEY=VALUE}
   */
  Map<String, String> sparkSettings() {
    return spark.settings(context.file());
  }

  /**
   * Opens a session.
   *
   * @param command the name of the command, which the application is called after
   * @throws dev.headlight.pipeline.ConfigurationException if Spark is too old, or a setting comes
   *     too late
   */
  SparkSession open(String command) {
    return Sessions.open("headlight " + command, spark, context.file());
  }
}
