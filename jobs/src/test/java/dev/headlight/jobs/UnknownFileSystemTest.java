package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Locations of which no class on the class path knows: refused before anything runs. */
class UnknownFileSystemTest {
  @TempDir static Path folder;

  @BeforeAll
  static void writeInputs() throws Exception {
    RandomInputs.writeCheckpoint(folder.resolve("model"));
    try (SparkSession spark = LocalSpark.open()) {
      RandomInputs.writeTable(spark, folder.resolve("table"), 3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "model, foo://bucket/model, foo",
    "input, foo://bucket/table, foo",
    "output, foo://bucket/results, foo",
    "model, s3a://bucket/model, s3a",
    "input, s3a://bucket/table, s3a",
    "output, s3a://bucket/results, s3a"
  })
  void isNamedWithWhatToDo(String option, String location, String scheme) {
    Invocation refused =
        Invocation.of(
            "run",
            "--model=" + (option.equals("model") ? location : folder.resolve("model")),
            "--input=" + (option.equals("input") ? location : folder.resolve("table")),
            "--output=" + (option.equals("output") ? location : folder.resolve("results")),
            "--master=local[2]",
            "--spark-conf=spark.ui.enabled=false");

    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err())
        .contains(location)
        .contains("found none for the scheme '" + scheme + "'")
        .contains("spark.jars.packages=org.apache.hadoop:hadoop-aws:3.");
    assertThat(folder.resolve("results")).doesNotExist();
  }

  @Test
  void isNamedByTheDemoToo() {
    Invocation refused =
        Invocation.of(
            "demo",
            "--output=foo://bucket/demo",
            "--master=local[2]",
            "--spark-conf=spark.ui.enabled=false");

    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("foo://bucket/demo", "found none for the scheme 'foo'");
  }
}
