package dev.headlight.jobs;

import java.lang.reflect.Constructor;

/** What the process returns. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;

  /** Done, and two runs are further apart than a limit allows. */
  static final int LIMITS_EXCEEDED = 1;

  /** Wrong usage or configuration; nothing was started. */
  static final int USAGE = 2;

  /** Done, but more rows were quarantined than allowed. */
  static final int QUARANTINED = 3;

  private static final String SPARK_STARTERS = "org.apache.spark.deploy.";

  private ExitCode() {}

  /**
   * Ends the program with a code that is not 0. Where Spark called it (spark-submit, the driver of
   * a cluster, YARN's application master) that means an exception, which it turns into the exit
   * code and the final status of the application.
   */
  static void leave(int code) {
    if (startedBySpark()) {
      throw userException(code);
    }
    System.exit(code);
  }

  private static boolean startedBySpark() {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getClassName().startsWith(SPARK_STARTERS)));
  }

  /**
   * Spark's exception for the exit code of an application. Its constructor takes the code alone in
   * Spark 4.0, and a cause as well from 4.1 on.
   */
  private static RuntimeException userException(int code) {
    try {
      Class<?> type = Class.forName("org.apache.spark.SparkUserAppException");
      for (Constructor<?> constructor : type.getConstructors()) {
        Class<?>[] parameters = constructor.getParameterTypes();
        if (parameters.length == 1 && parameters[0] == int.class) {
          sneakyThrow((Throwable) constructor.newInstance(code));
        }
        if (parameters.length == 2 && parameters[0] == int.class) {
          sneakyThrow((Throwable) constructor.newInstance(code, null));
        }
      }
    } catch (ReflectiveOperationException e) {
      return new IllegalStateException("Headlight ended with exit code " + code, e);
    }
    return new IllegalStateException("Headlight ended with exit code " + code);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneakyThrow(Throwable throwable) throws E {
    throw (E) throwable;
  }
}
