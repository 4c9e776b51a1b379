package dev.headlight.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.headlight.pipeline.summary.Distribution;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactHistogramTest {
  private static final String DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static long[] levels(ArrayNode histogram) {
    String text = histogram.get(2).asText();
    long[] levels = new long[text.length() / 2];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = 64L * DIGITS.indexOf(text.charAt(2 * i)) + DIGITS.indexOf(text.charAt(2 * i + 1));
    }
    return levels;
  }

  @Test
  void countsUpToTwoDigitsAreAsTheyAre() {
    long[] counts = LongStream.range(0, 32).map(i -> i * 132).toArray();
    ArrayNode histogram = CompactHistogram.of(new Distribution(-0.5f, 2, 7, counts, 4095));

    assertThat(histogram.get(0).floatValue()).isEqualTo(-0.5f);
    assertThat(histogram.get(1).floatValue()).isEqualTo(2f);
    long[] levels = levels(histogram);
    assertThat(levels[0]).isEqualTo(7);
    assertThat(Arrays.copyOfRange(levels, 1, 33)).isEqualTo(counts);
    assertThat(levels[33]).isEqualTo(4095);
  }

  @ParameterizedTest
  @ValueSource(longs = {4096, 100_000, 5_000_000_000L, Long.MAX_VALUE / 40})
  void largerCountsKeepTheirProportionsAndRareValues(long highest) {
    long[] counts = {highest, 0, 1, highest / 2};
    long[] levels = levels(CompactHistogram.of(new Distribution(0, 1, 0, counts, highest / 3)));

    assertThat(levels).hasSize(6);
    assertThat(levels[1]).isEqualTo(4095);
    assertThat(levels[2]).isZero();
    assertThat(levels[3]).isEqualTo(1);
    assertThat((double) levels[4]).isCloseTo(4095 / 2.0, within(1.0));
    assertThat((double) levels[5]).isCloseTo(4095 / 3.0, within(1.0));
  }

  @Test
  void neverTakesMoreThan105Bytes() {
    long[] counts = new long[Distribution.BINS];
    Arrays.fill(counts, Long.MAX_VALUE / 64);
    Distribution longest =
        new Distribution(-Float.MIN_NORMAL, -1.1111111E-38f, counts[0], counts, counts[0]);

    assertThat(CompactHistogram.of(longest).toString()).hasSizeLessThanOrEqualTo(105);
  }
}
