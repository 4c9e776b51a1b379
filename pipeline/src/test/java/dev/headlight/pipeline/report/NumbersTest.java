package dev.headlight.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1, 5",
    "-3, 100, 5",
    "5, 5, 9",
    "0, 0, 5",
    "27.711, 27.713, 9",
    "100, 101, 7",
    "16777215, 16777216, 9",
    "NaN, NaN, 5",
    "-Infinity, Infinity, 5"
  })
  void closeNumbersHaveMoreDigits(double min, double max, int digits) {
    assertThat(Numbers.digits(min, max)).isEqualTo(digits);
  }

  @Test
  void numbersThatAreNoneAreNull() {
    ArrayNode array = new ObjectMapper().createArrayNode();
    Numbers.add(array, 2.0 / 3);
    Numbers.add(array, 2.0 / 3, 9);
    Numbers.add(array, Double.NaN);
    Numbers.add(array, Double.NEGATIVE_INFINITY);

    assertThat(array).hasToString("[0.66667,0.666666667,null,null]");
  }
}
