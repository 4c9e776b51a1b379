package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.SparkSettings;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * Opens Spark sessions with the settings of a command line, a conf file and {@code spark-submit}.
 */
final class Sessions {
  /** What a driver that runs already cannot change any more. */
  private static final Set<String> FIXED =
      Set.of(
          "spark.driver.memory",
          "spark.driver.memoryOverhead",
          "spark.driver.extraClassPath",
          "spark.driver.extraLibraryPath",
          "spark.driver.extraJavaOptions",
          "spark.submit.deployMode");

  private static final String HOW_TO_SET =
      "Give it to spark-submit itself, or start with bin/headlight, which does so.";

  private Sessions() {}

  /**
   * Opens a session.
   *
   * @throws ConfigurationException if Spark is too old, or a setting comes too late
   */
  static SparkSession open(String name, SparkOptions options, ConfFile file) {
    SparkVersion.require(Versions.spark());
    SparkConf conf = new SparkConf();
    setMaster(conf, options.master());
    setDeployMode(conf, options.deployMode());
    for (Map.Entry<String, String> setting : options.settings(file).entrySet()) {
      set(conf, setting.getKey(), setting.getValue());
    }
    conf.setIfMissing("spark.app.name", name);
    setDefaults(conf);
    return SparkSession.builder().config(conf).getOrCreate();
  }

  private static void setMaster(SparkConf conf, String master) {
    String present = conf.get("spark.master", "local[*]");
    // spark-submit completes the URL of a Kubernetes master.
    boolean same = present.equals(master) || (master + present).matches("k8s:.*k8s:.*");
    if (master == null || same) {
      conf.setIfMissing("spark.master", present);
      return;
    }
    // Without a master of its own spark-submit sets local[*], which is no wish of the user's.
    boolean settable = present.startsWith("local") && !master.matches("(yarn|k8s:).*");
    if (!settable) {
      throw new ConfigurationException(
          "--master: expected %s, with which spark-submit started this driver, found %s. %s"
              .formatted(present, master, HOW_TO_SET));
    }
    conf.set("spark.master", master);
  }

  private static void setDeployMode(SparkConf conf, String mode) {
    String present = conf.get("spark.submit.deployMode", "client");
    if (mode != null && !mode.equals(present)) {
      throw new ConfigurationException(
          "--deploy-mode: expected %s, with which this driver was started, found %s. %s"
              .formatted(present, mode, HOW_TO_SET));
    }
  }

  private static void set(SparkConf conf, String key, String value) {
    if (conf.contains(key)) {
      return;
    }
    if (FIXED.contains(key) && !Objects.equals(conf.get(key, null), value)) {
      throw new ConfigurationException(
          "%s: expected it to be set before the driver starts, found it in the options of the job. %s"
              .formatted(key, HOW_TO_SET));
    }
    conf.set(key, value);
  }

  private static void setDefaults(SparkConf conf) {
    SparkSettings.forNewContext().forEach(conf::setIfMissing);
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
  }
}
