package dev.headlight.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextsTest {
  private static final String FACE = "\uD83D\uDE00";

  @Test
  void shortNamesAreLeftAsTheyAre() {
    String fits = "<b>" + "x".repeat(77);

    assertThat(Texts.name(fits)).isEqualTo(fits);
    assertThat(Texts.name(null)).isNull();
  }

  @Test
  void longNamesKeepStartAndEndAndStayApart() {
    String one = "corpus/" + "x".repeat(9000) + "/part-7.parquet#12";
    String other = "corpus/" + "x".repeat(9001) + "/part-7.parquet#12";

    assertThat(Texts.name(one))
        .startsWith("corpus/xxx")
        .contains("xxx/part-7.parquet#12 (SHA-256 ")
        .hasSizeBetween(81, 120)
        .isEqualTo(Texts.name(one))
        .isNotEqualTo(Texts.name(other));
  }

  @Test
  void charactersAreNotCutInHalves() {
    for (String before : new String[] {"", "x"}) {
      String faces = before + FACE.repeat(100);
      for (String cut : new String[] {Texts.name(faces), Texts.shortened(faces)}) {
        IntStream halves = cut.codePoints().filter(c -> c >= 0xD800 && c <= 0xDFFF);
        assertThat(halves).as(cut).isEmpty();
      }
    }
  }
}
