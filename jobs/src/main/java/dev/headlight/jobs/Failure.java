package dev.headlight.jobs;

import dev.headlight.config.UnsupportedCheckpointException;
import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.safetensors.CheckpointException;
import java.util.List;
import org.apache.spark.SparkException;

/**
 * How a command failed.
 *
 * @param message for the user
 */
record Failure(int exitCode, String message) {
  /** Their messages are written for users, and say everything. */
  private static final List<Class<? extends Exception>> FOUND_BEFORE_THE_START =
      List.of(
          ConfigurationException.class,
          CheckpointException.class,
          UnsupportedCheckpointException.class);

  private static final String ADVICE = "--verbose shows where it happened.";

  static Failure of(Throwable thrown) {
    Throwable cause = thrown;
    while (cause != null && !(cause instanceof SparkException)) {
      if (FOUND_BEFORE_THE_START.stream().anyMatch(cause.getClass()::equals)) {
        return new Failure(ExitCode.USAGE, cause.getMessage());
      }
      cause = cause.getCause();
    }
    return new Failure(ExitCode.FAILED, describe(thrown) + System.lineSeparator() + ADVICE);
  }

  /** The messages of an exception and its causes, without their stack traces. */
  private static String describe(Throwable thrown) {
    StringBuilder description = new StringBuilder();
    String previous = "";
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      String message = withoutStackTrace(cause);
      if (!previous.contains(message)) {
        description.append(description.isEmpty() ? "" : System.lineSeparator() + "caused by: ");
        description.append(message);
        previous = message;
      }
    }
    return description.toString();
  }

  /** Spark puts the stack traces of failed tasks into its messages. */
  private static String withoutStackTrace(Throwable cause) {
    String name = cause.getClass().getSimpleName();
    if (cause.getMessage() == null) {
      return name;
    }
    List<String> lines =
        cause
            .getMessage()
            .lines()
            .filter(line -> !line.startsWith("\tat ") && !line.equals("Driver stacktrace:"))
            .filter(line -> !line.isBlank())
            .toList();
    return name + ": " + String.join(System.lineSeparator(), lines);
  }
}
