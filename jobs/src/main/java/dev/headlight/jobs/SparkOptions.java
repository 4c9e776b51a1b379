package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where Spark runs, and its settings. */
final class SparkOptions {
  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Where Spark runs: local[*], spark://host:7077, yarn, k8s://https://host:port. Default: what"
              + " Spark is configured to, else local[*].")
  private String master;

  @Option(
      names = "--deploy-mode",
      paramLabel = "MODE",
      description = "client: the driver runs here (the default); cluster: it runs in the cluster.")
  private String deployMode;

  @Option(
      names = "--spark-conf",
      paramLabel = "KEY=VALUE",
      description = "A setting of Spark; can be repeated. Wins over the conf file.")
  private List<String> settings = List.of();

  /** The master that was asked for, or null. */
  String master() {
    return master;
  }

  /**
   * The deploy mode that was asked for, or null.
   *
   * @throws ConfigurationException for one that does not exist
   */
  String deployMode() {
    if (deployMode != null && !deployMode.equals("client") && !deployMode.equals("cluster")) {
      throw new ConfigurationException(
          "--deploy-mode: expected client or cluster, found '%s'".formatted(deployMode));
    }
    return deployMode;
  }

  /**
   * Spark's settings of the conf file and the command line together.
   *
   * @throws ConfigurationException if one of the command line is not {@code spark.KEY=VALUE}
   */
  Map<String, String> settings(ConfFile file) {
    Map<String, String> all = new LinkedHashMap<>(file.sparkSettings());
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 0 || !setting.startsWith("spark.")) {
        throw new ConfigurationException(
            "--spark-conf: expected spark.KEY=VALUE, found '%s'".formatted(setting));
      }
      all.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return all;
  }
}
