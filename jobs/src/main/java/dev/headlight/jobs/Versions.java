package dev.headlight.jobs;

import org.apache.spark.package$;
import picocli.CommandLine.IVersionProvider;

/** The versions of Headlight and of what it runs on. */
final class Versions implements IVersionProvider {
  /** Headlight's own version; {@code development} outside of a jar. */
  static String headlight() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  static String spark() {
    return package$.MODULE$.SPARK_VERSION();
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "Headlight %s, Spark %s, Java %s"
          .formatted(headlight(), spark(), System.getProperty("java.version"))
    };
  }
}
