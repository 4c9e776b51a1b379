package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.pipeline.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfFileTest {
  @Test
  void linesAreKeysAndValuesAndTheRestIsSkipped() {
    ConfFile file =
        ConfFile.parse(
            "job.conf",
            """
            # a comment
              model = hdfs:///models/a=b

            keep=a, b
            spark.executor.memory = 4g
            """);

    assertThat(file.value("model")).isEqualTo("hdfs:///models/a=b");
    assertThat(file.value("keep")).isEqualTo("a, b");
    assertThat(file.value("input")).isNull();
    assertThat(file.sparkSettings()).containsOnlyKeys("spark.executor.memory");
  }

  @Test
  void lineWithoutValueIsRefusedWithItsNumber() {
    assertThatThrownBy(() -> ConfFile.parse("job.conf", "model = x\n\nnormalize"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "job.conf, line 3: expected key = value, found 'normalize'. To leave an option at its default, leave the line out.");
  }

  @Test
  void keyThatStandsTwiceIsRefused() {
    assertThatThrownBy(() -> ConfFile.parse("job.conf", "model = x\nmodel = y"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "job.conf, line 2: expected each key once, found model on line 1 already. Leave one of the two.");
  }

  @Test
  void misspeltKeyIsRefusedWithTheNearest() {
    ConfFile file = ConfFile.parse("job.conf", "ouputs = embedding");

    assertThatThrownBy(() -> file.requireKnownKeys(List.of("output", "outputs", "input")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("job.conf, line 1: unknown key 'ouputs'; did you mean 'outputs'?");
  }

  @Test
  void keyLikeNoOtherIsRefusedWithoutAGuess() {
    ConfFile file = ConfFile.parse("job.conf", "temperature = 1");

    assertThatThrownBy(() -> file.requireKnownKeys(List.of("output", "input")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("job.conf, line 1: unknown key 'temperature'. Keys are");
  }
}
