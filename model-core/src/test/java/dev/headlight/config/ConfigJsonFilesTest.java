package dev.headlight.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.safetensors.CheckpointException;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.MemoryFolder;
import dev.headlight.testing.Mutations;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of files and texts, and which are refused. */
class ConfigJsonFilesTest {
  static Stream<GoldenCase> goldenCases() {
    return Stream.concat(
        Goldens.asHuggingFaceWritesThem().stream(),
        Goldens.cases(Goldens.SENTENCE_TRANSFORMERS).stream());
  }

  @ParameterizedTest
  @MethodSource("goldenCases")
  void filesOfHuggingFaceAreRead(GoldenCase golden) throws IOException {
    ConfigJson config = ConfigJson.read(golden.checkpointFolder());

    assertThat(config.location()).isEqualTo(golden.folder() + "/config.json");
    assertThat(config.text("model_type"))
        .contains(golden.description().path("model_type").asText());
    assertThat(config.texts("architectures"))
        .containsExactly(golden.description().path("model_class").asText());
    String width = config.firstPresent("hidden_size", "n_embd", "d_model", "dim");
    assertThat(config.positiveInt(width)).isGreaterThan(1);
    assertThat(config.problems()).isEmpty();
    config.throwIfUnsupported();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|m/config.json: expected a JSON object, found an array.",
        "'3'|m/config.json: expected a JSON object, found 3.",
        "''|m/config.json: expected a JSON object, found nothing.",
        "'null'|m/config.json: expected a JSON object, found null."
      })
  void otherJsonIsRefused(String text, String message) {
    assertThatThrownBy(() -> Configs.parse(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':1,'a':2}|Duplicate field 'a'",
        "{'a':{'b':1,'b':2}}|Duplicate field 'b'",
        "{'a':NaN}|NaN",
        "{'a':-Infinity}|Infinity",
        "{'a':1}}|Unexpected close marker",
        "{'a':1}{}|Trailing token",
        "{'a':1|Unexpected end-of-input",
        "{'a':01}|Leading zeroes",
        "{'a':'\u0001'}|CTRL-CHAR",
        "nonsense|nonsense"
      })
  void malformedJsonIsRefused(String text, String reason) {
    assertThatThrownBy(() -> Configs.parse(text.replace('\'', '"')))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "m/config.json: expected JSON, found text that cannot be read as such at line 1 (")
        .hasMessageContaining(reason)
        .hasMessageEndingWith("). Correct the file or fetch it again.");
  }

  @Test
  void depthLengthAndEncodingAreChecked() {
    assertThatThrownBy(
            () -> Configs.parse("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("nesting depth");
    assertThatThrownBy(() -> Configs.parse("{\"a\":" + "9".repeat(101) + "}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Number value length");
    assertThatThrownBy(() -> Configs.parse(" ".repeat((8 << 20) + 1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("m/config.json: expected at most 8388608 characters, found 8388609.");
    assertThatThrownBy(() -> ConfigJson.parse("m/config.json", new byte[] {'"', (byte) 0xff, '"'}))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "m/config.json: expected JSON in UTF-8, found other bytes. The file is damaged: fetch it again.");
  }

  @Test
  void filesAreReadFromTheFolder() throws IOException {
    MemoryFolder folder =
        new MemoryFolder()
            .with("config.json", "{\"a\":1}")
            .with("1_Pooling/config.json", "{\"b\":\"ü\"}")
            .with("modules.json", "[{\"idx\":1},{\"idx\":true}]")
            .with("big.json", new byte[(8 << 20) + 1]);

    assertThat(ConfigJson.read(folder).positiveInt("a")).isEqualTo(1);
    assertThat(ConfigJson.read(folder, "1_Pooling/config.json").text("b")).contains("ü");
    List<ConfigJson> modules = ConfigJson.readList(folder, "modules.json");
    assertThat(modules).extracting(module -> module.intValue("idx", -1)).containsExactly(1, -1);
    assertThat(modules.get(0).problems())
        .containsExactly(
            "[1].idx: expected a whole number from -2147483648 to 2147483647, found true");
    assertThatThrownBy(() -> ConfigJson.read(folder, "big.json"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("memory/big.json: expected at most 8388608 bytes, found 8388609.");
    assertThatThrownBy(() -> ConfigJson.read(new MemoryFolder()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/config.json: expected this file, found none. Check that the path names a checkpoint folder and that it was fetched whole.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{}|an object", "[1]|an array", "[{},[]]|an array", "7|7"})
  void listsOfOtherThingsAreRefused(String text, String found) {
    MemoryFolder folder = new MemoryFolder().with("modules.json", text);

    assertThatThrownBy(() -> ConfigJson.readList(folder, "modules.json"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("memory/modules.json: expected a JSON array of objects, found " + found + ".");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama3-rope", "modernbert", "phi3", "gpt_neox"})
  void damagedFilesAreRefusedOrHaveProblems(String name) throws IOException {
    byte[] text =
        Goldens.get(Goldens.GOLDENS, name).checkpointFolder().readAll("config.json", 1 << 20);
    Random random = new Random(name.hashCode());
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] damaged = Mutations.of(text, text.length, random);
      try {
        ConfigJson config = ConfigJson.parse("m/config.json", damaged);
        RopeParameters.read(config);
        RopeParameters.read(config, "sliding_attention");
        config.positiveInt("num_attention_heads");
        config.throwIfUnsupported();
      } catch (CheckpointException e) {
        refused++;
      } catch (UnsupportedCheckpointException e) {
        assertThat(e.reasons()).isNotEmpty().allMatch(reason -> reason.length() < 1000);
      }
    }
    assertThat(refused).isBetween(1000, 2990);
  }
}
