package dev.headlight.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigJsonTest {
  @Test
  void valuesAreReadByType() {
    ConfigJson config =
        Configs.parse(
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
    ConfigJson config = Configs.parse(text);

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
    ConfigJson config = Configs.parse("{\"hidden_size\":null,\"d_model\":8,\"n_embd\":9}");

    assertThat(config.firstPresent("hidden_size", "n_embd", "d_model")).isEqualTo("n_embd");
    assertThat(config.firstPresent("d_model", "n_embd")).isEqualTo("d_model");
    assertThat(config.firstPresent("width", "dim")).isEqualTo("width");
  }

  @Test
  void allProblemsAreReportedTogether() {
    ConfigJson config =
        Configs.parse(
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
    ConfigJson config = Configs.parse("{\"a\":{\"b\":[{\"c\":0}]}}");

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
    assertThat(Configs.parse("{\"%s\":%d}".formatted(key, greatest)).positiveInt(key))
        .isEqualTo(greatest);
    for (String wrong :
        List.of(Integer.toString(greatest + 1), "0", "-1", "1.5", "1e300", "9".repeat(90))) {
      ConfigJson config = Configs.parse("{\"%s\":%s}".formatted(key, wrong));
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
    ConfigJson config = Configs.parse("{\"theta\":1e999}");

    assertThat(config.decimal("theta", 3)).isEqualTo(3);
    assertThat(config.problems()).containsExactly("theta: expected a number, found Infinity");
  }

  @Test
  void supportedValuesMayBeOfAnyType() {
    ConfigJson config =
        Configs.parse("{\"act\":\"gelu\",\"flag\":false,\"n\":2,\"x\":0.5,\"o\":{}}");

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

  @Test
  void reasonsAloneMakeAMessageToo() {
    assertThat(new UnsupportedCheckpointException(List.of("a", "b")))
        .hasMessage("This checkpoint is not supported:\n- a\n- b");
  }
}
