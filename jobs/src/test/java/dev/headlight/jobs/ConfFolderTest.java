package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.deploy.SparkSubmitArguments;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.internal.config.ConfigReader;
import org.apache.spark.sql.internal.SQLConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The files of {@code conf/} as they are, with the master they name. CommandsTest runs them on a
 * local master, ClusterIT the one for a standalone cluster on a cluster.
 */
class ConfFolderTest {
  /** Settings of Spark's modules for YARN and Kubernetes, which are not on the class path here. */
  private static final List<String> OF_OTHER_MODULES =
      List.of(
          "spark.yarn.maxAppAttempts",
          "spark.kubernetes.container.image",
          "spark.kubernetes.namespace",
          "spark.kubernetes.authenticate.driver.serviceAccountName",
          "spark.kubernetes.file.upload.path");

  @ParameterizedTest
  @CsvSource({
    "local.conf, local[*], client",
    "standalone.conf, spark://localhost:7077, client",
    "yarn.conf, yarn, cluster",
    "kubernetes.conf, k8s://https://localhost:6443, cluster"
  })
  void sparkSubmitUnderstandsWhatTheLauncherMakesOfTheFile(
      String name, String master, String deployMode) {
    List<String> arguments = submitArguments(name);

    SparkSubmitArguments understood =
        new SparkSubmitArguments(
            CollectionConverters.asScala(arguments).toSeq(),
            scala.collection.immutable.Map.from(
                CollectionConverters.asScala(Map.of("HADOOP_CONF_DIR", "/etc/hadoop"))));

    assertThat(understood.master()).isEqualTo(master);
    assertThat(understood.deployMode() == null ? "client" : understood.deployMode())
        .isEqualTo(deployMode);
    assertThat(understood.mainClass()).isEqualTo("dev.headlight.jobs.Main");
    assertThat(understood.primaryResource()).endsWith("/job.jar");
    assertThat(CollectionConverters.asJava(understood.childArgs()))
        .startsWith("run")
        .contains("--model=/m", "--input=/i", "--output=/o", "--on-error=quarantine");
    Map<String, String> settings = CollectionConverters.asJava(understood.sparkProperties());
    assertThat(settings).containsAllEntriesOf(file(name).sparkSettings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"local.conf", "standalone.conf", "yarn.conf", "kubernetes.conf"})
  void sparkKnowsEverySettingAndItsValue(String name) {
    assertThat(SQLConf.get()).isNotNull();
    file(name)
        .sparkSettings()
        .forEach(
            (key, value) -> {
              ConfigEntry<?> entry = ConfigEntry.findEntry(key);
              if (entry == null) {
                assertThat(key).isIn(OF_OTHER_MODULES);
              } else {
                assertThat(entry.readFrom(reader(key, value))).as(key).isNotNull();
              }
            });
  }

  private static ConfigReader reader(String key, String value) {
    return new ConfigReader(Map.of(key, value));
  }

  private static ConfFile file(String name) {
    return ConfFiles.namedIn(
        new String[] {"--conf", SubmitArgumentsTest.confFolder().resolve(name).toString()});
  }

  private static List<String> submitArguments(String name) {
    String conf = SubmitArgumentsTest.confFolder().resolve(name).toString();
    List<String> submit = new ArrayList<>();
    int exitCode =
        HeadlightCommandLine.execute(
            new String[] {"run", "--conf", conf, "--model=/m", "--input=/i", "--output=/o"},
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            System.err,
            parsed -> {
              submit.addAll(SubmitArguments.of(parsed.subcommand(), "/jobs/job.jar", Map.of()));
              return ExitCode.DONE;
            });
    assertThat(exitCode).isZero();
    return submit;
  }
}
