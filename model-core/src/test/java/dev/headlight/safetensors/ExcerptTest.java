package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExcerptTest {
  @ParameterizedTest
  @CsvSource({
    "model.layers.0, model.layers.0",
    "'größe 長さ \uD83D\uDE00', 'größe 長さ \uD83D\uDE00'",
    "'', ''"
  })
  void printableTextStaysAsItIs(String text, String excerpt) {
    assertThat(Excerpt.of(text)).isEqualTo(excerpt);
  }

  @Test
  void whatCouldForgeOutputIsShownAsItsCode() {
    assertThat(Excerpt.of("a\nb\tc\u001b[31m\u202e\u2028\ud800"))
        .isEqualTo("a\\u000ab\\u0009c\\u001b[31m\\u202e\\u2028\\ud800");
  }

  @Test
  void longTextIsCut() {
    assertThat(Excerpt.of("x".repeat(160))).isEqualTo("x".repeat(160));
    assertThat(Excerpt.of("x".repeat(161))).isEqualTo("x".repeat(160) + "...");
  }
}
