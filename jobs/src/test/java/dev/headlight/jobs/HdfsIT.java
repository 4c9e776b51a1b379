package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoint, table and results on HDFS: the bits are those of a run on local files. */
class HdfsIT {
  @TempDir static java.nio.file.Path folder;
  private static MiniDFSCluster hdfs;
  private static RunTables expected;

  @BeforeAll
  static void runOnLocalFilesAndCopyThemToHdfs() throws IOException {
    try (SparkSession spark = LocalSpark.open()) {
      RandomInputs.writeCheckpoint(folder.resolve("model"));
      RandomInputs.writeTable(spark, folder.resolve("table"), 300);
    }
    Invocation run = run(local("model"), local("table"), local("results"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    expected = read(local("results"));

    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
    hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(2).build();
    hdfs.waitClusterUp();
    FileSystem files = hdfs.getFileSystem();
    for (String name : List.of("model", "table")) {
      files.copyFromLocalFile(new Path(local(name)), new Path("/" + name));
    }
  }

  @AfterAll
  static void stop() {
    if (hdfs != null) {
      hdfs.shutdown(true);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"broadcast", "file"})
  void bitsAreThoseOfLocalFiles(String weights) throws IOException {
    String results = remote("results-" + weights);

    Invocation run =
        run(remote("model"), remote("table"), results, "--weights-distribution=" + weights);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("303 rows: 300 sequences, 3 quarantined");
    read(results).requireEqualTo(expected);
    assertThat(children(results))
        .containsOnly(
            "sequences",
            "quarantine",
            "summary",
            "atlas.json",
            "examples",
            "divergence",
            "run.json",
            "report.html");
    JsonNode manifest = manifest(results);
    assertThat(manifest.path("status").asText()).isEqualTo("succeeded");
    assertThat(manifest.path("model").path("location").asText()).startsWith("hdfs://");
  }

  @Test
  void resultsOnHdfsAreNotOverwritten() throws IOException {
    Path taken = new Path(remote("taken"));
    hdfs.getFileSystem().create(new Path(taken, "precious")).close();

    Invocation refused = run(remote("model"), remote("table"), taken.toString());

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("results are never overwritten");
    assertThat(children(taken.toString())).containsExactly("precious");
  }

  @Test
  void missingCheckpointOnHdfsIsNamed() {
    Invocation refused = run(remote("none"), remote("table"), remote("results-none"));

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err())
        .contains(remote("none"))
        .contains("expected a checkpoint folder, found nothing there");
  }

  private static Invocation run(String model, String table, String results, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("run", "--model=" + model, "--input=" + table, "--output=" + results));
    arguments.addAll(
        List.of("--master=local[2]", "--spark-conf=spark.ui.enabled=false", "--statistics=all"));
    arguments.add("--spark-conf=spark.sql.shuffle.partitions=2");
    arguments.addAll(List.of(more));
    return Invocation.of(arguments.toArray(String[]::new));
  }

  private static RunTables read(String results) throws IOException {
    try (SparkSession spark = LocalSpark.open()) {
      return RunTables.read(spark, results);
    }
  }

  private static List<String> children(String path) throws IOException {
    List<String> names = new ArrayList<>();
    for (FileStatus status : hdfs.getFileSystem().listStatus(new Path(path))) {
      names.add(status.getPath().getName());
    }
    return names;
  }

  private static JsonNode manifest(String results) throws IOException {
    try (InputStream stream = hdfs.getFileSystem().open(new Path(results, "run.json"))) {
      return new ObjectMapper().readTree(stream);
    }
  }

  private static String local(String name) {
    return folder.resolve(name).toString();
  }

  private static String remote(String name) {
    return hdfs.getURI() + "/" + name;
  }
}
