package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which Spark will do. */
final class SparkVersion {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

  private SparkVersion() {}

  /**
   * Requires Spark 4.0.1 or a later 4.
   *
   * @throws ConfigurationException for any other version
   */
  static void require(String version) {
    Matcher matcher = VERSION.matcher(version);
    boolean known = matcher.matches() && matcher.group(1).equals("4");
    // Parameters of other people's transformers do not work in 4.0.0 (SPARK-52259).
    if (!known || version.startsWith("4.0.0")) {
      throw new ConfigurationException(
          "Spark: expected 4.0.1 or a later Spark 4, found %s. Set SPARK_HOME to one."
              .formatted(version));
    }
  }
}
