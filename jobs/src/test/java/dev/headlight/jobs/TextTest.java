package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.pipeline.ConfigurationException;
import dev.headlight.pipeline.RunProgress.Snapshot;
import java.util.OptionalLong;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

/** Small pieces of text: numbers, progress, failures, lists of layers. */
class TextTest {
  @Test
  void numbersAreWrittenTheSameInEveryCountry() {
    assertThat(Units.bytes(17)).isEqualTo("17 bytes");
    assertThat(Units.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
    assertThat(Units.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Units.duration(59)).isEqualTo("0:59");
    assertThat(Units.duration(3725)).isEqualTo("1:02:05");
  }

  @Test
  void progressTellsRowsSpeedAndTimeLeft() {
    Snapshot half = new Snapshot(2000, 120_000, OptionalLong.of(4000), 3, 8);

    assertThat(ProgressText.of(half, 10, false))
        .isEqualTo("50 %, 2,000 of 4,000 rows, 12,000 tokens/s, 0:10 left");
    assertThat(ProgressText.of(half, 10, true))
        .isEqualTo(
            "[============            ] 50 %, 2,000 of 4,000 rows, 12,000 tokens/s, 0:10 left");
  }

  @Test
  void progressOfATableWithUnknownRowsGoesByTasks() {
    Snapshot quarter = new Snapshot(500, 0, OptionalLong.empty(), 2, 8);

    assertThat(ProgressText.of(quarter, 6, false)).isEqualTo("25 %, 500 rows, 0:18 left");
    assertThat(ProgressText.of(new Snapshot(0, 0, OptionalLong.empty(), 0, 0), 1, false))
        .isEqualTo("preparing");
    assertThat(ProgressText.of(new Snapshot(9, 0, OptionalLong.empty(), 8, 8), 1, false))
        .isEqualTo("100 %, 9 rows, summing up");
  }

  @Test
  void layersAreNumbersAndRanges() {
    assertThat(EncodingOptions.layers("all")).isEmpty();
    assertThat(EncodingOptions.layers("3, 0-2,2")).containsExactly(3, 0, 1, 2);
    assertThatThrownBy(() -> EncodingOptions.layers("1,,2"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "layers: expected all, or numbers and ranges from 0 such as 0,4-7, found '1,,2'");
    assertThatThrownBy(() -> EncodingOptions.layers("0-999999"))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void configurationProblemIsUsageAndItsMessageIsAllThatIsShown() {
    Failure failure =
        Failure.of(new RuntimeException("outer", new ConfigurationException("say this")));

    assertThat(failure).isEqualTo(new Failure(ExitCode.USAGE, "say this"));
  }

  @Test
  void whatFailsInATaskIsAFailureOfTheRunWithoutStackTraces() {
    Failure failure =
        Failure.of(
            new RuntimeException(
                "outer",
                new SparkException(
                    "Job aborted\n\tat a.B.c(B.java:1)\n\nDriver stacktrace:",
                    new ConfigurationException("not found before the start"))));

    assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failure.message().lines())
        .containsExactly(
            "RuntimeException: outer",
            "caused by: SparkException: Job aborted",
            "caused by: ConfigurationException: not found before the start",
            "--verbose shows where it happened.");
  }

  @Test
  void sparkBefore401IsRefused() {
    SparkVersion.require("4.0.1");
    SparkVersion.require("4.2.0-SNAPSHOT");
    for (String version : new String[] {"3.5.6", "4.0.0", "5.0.0", "four"}) {
      assertThatThrownBy(() -> SparkVersion.require(version))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "Spark: expected 4.0.1 or a later Spark 4, found %s. Set SPARK_HOME to one."
                  .formatted(version));
    }
  }
}
