package dev.headlight.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.safetensors.CheckpointException;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.MemoryFolder;
import dev.headlight.testing.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigJsonTest {
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

  @Test
  void valuesAreReadByType() {
    ConfigJson config =
        parse(
            """
            {"layers": 12, "negative": -5, "whole": 512.0, "eps": 1e-5, "theta": 10000, "tied": true,
             "act": "gelu", "names": ["a", "b"], "ids": [1, 2.5], "nothing": null,
             "inner": {"factor": 8.0}, "parts": [{"n": 1}, {"n": 2}]}""");

    assertThat(config.positiveInt("layers")).isEqualTo(12);
    assertThat(config.positiveInt("layers", 6)).isEqualTo(12);
    assertThat(config.positiveInt("whole")).isEqualTo(512);
    assertThat(config.intValue("negative", 0)).isEqualTo(-5);
    assertThat(config.decimal("eps")).isEqualTo(1e-5);
    assertThat(config.decimal("theta", 1)).isEqualTo(10_000);
    assertThat(config.flag("tied", false)).isTrue();
    assertThat(config.text("act")).contains("gelu");
    assertThat(config.text("act", "relu")).isEqualTo("gelu");
    assertThat(config.texts("names")).containsExactly("a", "b");
    assertThat(config.texts("act")).containsExactly("gelu");
    assertThat(config.decimals("ids")).containsExactly(1.0, 2.5);
    assertThat(config.object("inner").orElseThrow().decimal("factor")).isEqualTo(8);
    assertThat(config.objects("parts"))
        .extracting(part -> part.positiveInt("n"))
        .containsExactly(1, 2);
    assertThat(config.keys())
        .containsExactly(
            "act",
            "eps",
            "ids",
            "inner",
            "layers",
            "names",
            "negative",
            "parts",
            "theta",
            "tied",
            "whole");
    assertThat(config.problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"key\":null}", "{}"})
  void nullCountsAsAbsent(String text) {
    ConfigJson config = parse(text);

    assertThat(config.has("key")).isFalse();
    assertThat(config.keys()).isEmpty();
    assertThat(config.positiveInt("key", 7)).isEqualTo(7);
    assertThat(config.intValue("key", -7)).isEqualTo(-7);
    assertThat(config.decimal("key", 0.5)).isEqualTo(0.5);
    assertThat(config.flag("key", true)).isTrue();
    assertThat(config.text("key")).isEmpty();
    assertThat(config.text("key", "silu")).isEqualTo("silu");
    assertThat(config.texts("key")).isEmpty();
    assertThat(config.decimals("key")).isEmpty();
    assertThat(config.object("key")).isEmpty();
    assertThat(config.objects("key")).isEmpty();
    config.require("key", Set.of("value"));
    config.throwIfUnsupported();
  }

  @Test
  void firstPresentOfSeveralNamesIsTaken() {
    ConfigJson config = parse("{\"hidden_size\":null,\"d_model\":8,\"n_embd\":9}");

    assertThat(config.firstPresent("hidden_size", "n_embd", "d_model")).isEqualTo("n_embd");
    assertThat(config.firstPresent("d_model", "n_embd")).isEqualTo("d_model");
    assertThat(config.firstPresent("width", "dim")).isEqualTo("width");
  }

  @Test
  void allProblemsAreReportedTogether() {
    ConfigJson config =
        parse(
            """
            {"num_hidden_layers": "12", "hidden_act": "quick", "tied": 1, "rope": {"factor": [], "inner": 3},
             "list": [{"a": 1}, 2], "names": ["a", {}], "eps": true}""");

    assertThat(config.positiveInt("num_hidden_layers")).isEqualTo(1);
    assertThat(config.positiveInt("hidden_size")).isEqualTo(1);
    assertThat(config.positiveInt("hidden_size")).isEqualTo(1);
    assertThat(config.decimal("base")).isEqualTo(1);
    assertThat(config.decimal("eps", 0.1)).isEqualTo(0.1);
    assertThat(config.flag("tied", true)).isTrue();
    config.require("hidden_act", Set.of("relu", "gelu"));
    config.object("rope").orElseThrow().decimal("factor");
    assertThat(config.object("rope").orElseThrow().object("inner")).isEmpty();
    assertThat(config.objects("list")).hasSize(1);
    assertThat(config.texts("names")).containsExactly("a");
    assertThat(config.text("tied")).isEmpty();
    config.unsupported("is_decoder", "cross-attention is not implemented");
    config.unsupported("hidden_act", "not implemented");
    config.problem("Something else");

    List<String> problems =
        List.of(
            "num_hidden_layers: expected a whole number from 1 to 10000, found '12'",
            "hidden_size: expected a whole number, found nothing",
            "base: expected a number, found nothing",
            "eps: expected a number, found true",
            "tied: expected true or false, found 1",
            "hidden_act: expected one of gelu, relu, found 'quick'",
            "rope.factor: expected a number, found an array",
            "rope.inner: expected an object, found 3",
            "list: expected an array of objects, found 2",
            "names: expected strings, found an object",
            "tied: expected a string, found 1",
            "is_decoder is nothing: cross-attention is not implemented",
            "hidden_act is 'quick': not implemented",
            "Something else");
    assertThat(config.problems()).containsExactlyElementsOf(problems);
    assertThatThrownBy(config::throwIfUnsupported)
        .isInstanceOfSatisfying(
            UnsupportedCheckpointException.class,
            e -> assertThat(e.reasons()).containsExactlyElementsOf(problems))
        .hasMessage(
            "The checkpoint of m/config.json is not supported:\n- "
                + String.join("\n- ", problems));
  }

  @Test
  void problemsOfInnerObjectsAreThoseOfTheWhole() {
    ConfigJson config = parse("{\"a\":{\"b\":[{\"c\":0}]}}");

    config.object("a").orElseThrow().objects("b").get(0).positiveInt("c");

    assertThat(config.problems())
        .containsExactly("a.b[0].c: expected a whole number from 1 to 16777216, found 0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_hidden_layers|10000",
        "n_layer|10000",
        "num_decoder_layers|10000",
        "encoder_layers|10000",
        "num_attention_heads|16384",
        "n_head|16384",
        "num_key_value_heads|16384",
        "head_dim|16384",
        "d_kv|16384",
        "hidden_size|1048576",
        "n_embd|1048576",
        "d_model|1048576",
        "dim|1048576",
        "intermediate_size|1048576",
        "decoder_ffn_dim|1048576",
        "n_inner|1048576",
        "image_size|16384",
        "patch_size|1024",
        "num_channels|1024",
        "vocab_size|16777216",
        "max_position_embeddings|16777216"
      })
  void countsAreBounded(String key, int greatest) {
    assertThat(parse("{\"%s\":%d}".formatted(key, greatest)).positiveInt(key)).isEqualTo(greatest);
    for (String wrong :
        List.of(Integer.toString(greatest + 1), "0", "-1", "1.5", "1e300", "9".repeat(90))) {
      ConfigJson config = parse("{\"%s\":%s}".formatted(key, wrong));
      assertThat(config.positiveInt(key)).isEqualTo(1);
      assertThat(config.positiveInt(key, 5)).isEqualTo(5);
      assertThat(config.problems())
          .singleElement()
          .asString()
          .startsWith("%s: expected a whole number from 1 to %d, found ".formatted(key, greatest));
    }
  }

  @Test
  void infiniteNumbersAreProblems() {
    ConfigJson config = parse("{\"theta\":1e999}");

    assertThat(config.decimal("theta", 3)).isEqualTo(3);
    assertThat(config.problems()).containsExactly("theta: expected a number, found Infinity");
  }

  @Test
  void supportedValuesMayBeOfAnyType() {
    ConfigJson config = parse("{\"act\":\"gelu\",\"flag\":false,\"n\":2,\"x\":0.5,\"o\":{}}");

    config.require("act", Set.of("gelu", "relu"));
    config.require("flag", Set.of(false));
    config.require("n", Set.of(2));
    config.require("x", Set.of(0.5));
    assertThat(config.problems()).isEmpty();

    config.require("flag", Set.of(true));
    config.require("n", Set.of(3, 1));
    config.require("o", Set.of("a"));
    assertThat(config.problems())
        .containsExactly(
            "flag: expected true, found false",
            "n: expected one of 1, 3, found 2",
            "o: expected a, found an object");
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
    assertThatThrownBy(() -> parse(text))
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
    assertThatThrownBy(() -> parse(text.replace('\'', '"')))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "m/config.json: expected JSON, found text that cannot be read as such at line 1 (")
        .hasMessageContaining(reason)
        .hasMessageEndingWith("). Correct the file or fetch it again.");
  }

  @Test
  void depthLengthAndEncodingAreChecked() {
    assertThatThrownBy(() -> parse("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("nesting depth");
    assertThatThrownBy(() -> parse("{\"a\":" + "9".repeat(101) + "}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Number value length");
    assertThatThrownBy(() -> parse(" ".repeat((8 << 20) + 1)))
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

  @Test
  void reasonsAloneMakeAMessageToo() {
    assertThat(new UnsupportedCheckpointException(List.of("a", "b")))
        .hasMessage("This checkpoint is not supported:\n- a\n- b");
  }

  private static ConfigJson parse(String text) {
    return ConfigJson.parse("m/config.json", text.getBytes(StandardCharsets.UTF_8));
  }
}
