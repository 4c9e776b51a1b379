package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNamesTest {
  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "sitting, kitten, 3",
    "'', abc, 3",
    "abc, '', 3",
    "weight, weight, 0",
    "weight, wieght, 2",
    "layers.1, layers.11, 1"
  })
  void distanceCountsInsertionsDeletionsAndReplacements(String left, String right, int distance) {
    assertThat(NearestNames.editDistance(left, right)).isEqualTo(distance);
  }

  @Test
  void nearestComesFirstAndEqualOnesAreSorted() {
    assertThat(NearestNames.of("wte", List.of("xte", "wpe", "wte.weight", "wt", "bias"), 3))
        .containsExactly("wpe", "wt", "xte");
  }

  @Test
  void namesOfHostileLengthAreLeftOut() {
    String longName = "w".repeat(300);

    assertThat(NearestNames.of(longName, List.of(longName), 3)).isEmpty();
    assertThat(NearestNames.of("w".repeat(200), List.of(longName, "w".repeat(201)), 3))
        .containsExactly("w".repeat(201));
  }
}
