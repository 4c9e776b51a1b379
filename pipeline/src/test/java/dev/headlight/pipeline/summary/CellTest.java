package dev.headlight.pipeline.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums and histograms against decimal arithmetic and sorted values. */
class CellTest {
  /** Of both signs, and of very different sizes, with zeros and numbers below the normal ones. */
  private static List<Float> values(int count) {
    Random random = new Random(91);
    List<Float> values = new ArrayList<>(List.of(0f, -0f, Float.MIN_VALUE, -Float.MIN_NORMAL / 3));
    while (values.size() < count) {
      values.add((float) (random.nextGaussian() * Math.pow(10, random.nextInt(12) - 8)));
    }
    Collections.shuffle(values, random);
    return values.subList(0, count);
  }

  private static ExactSums sums(List<Float> values) {
    ExactSums sums = new ExactSums();
    values.forEach(sums::add);
    return sums;
  }

  private static Histogram histogram(List<Float> values) {
    Histogram histogram = new Histogram();
    values.forEach(histogram::add);
    return histogram;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 513, 4099})
  void meanAndStandardDeviationAreThoseOfDecimalArithmetic(int count) {
    List<Float> values = values(count);
    BigDecimal mean =
        values.stream()
            .map(BigDecimal::new)
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .divide(new BigDecimal(count), new MathContext(60));
    BigDecimal squares =
        values.stream()
            .map(value -> new BigDecimal(value).subtract(mean).pow(2))
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    double deviation =
        squares
            .divide(new BigDecimal(count - 1), new MathContext(60))
            .sqrt(new MathContext(30))
            .doubleValue();

    ExactSums sums = sums(values);

    assertThat(sums.mean()).isEqualTo(mean.doubleValue());
    assertThat(sums.standardDeviation()).isCloseTo(deviation, within(1e-15 * deviation));
  }

  @Test
  void standardDeviationOfCloseValuesDoesNotCancel() {
    ExactSums sums = sums(List.of(16777214f, 16777215f, 16777216f));

    assertThat(sums.standardDeviation()).isEqualTo(1);
  }

  @Test
  void infinitiesAreValues() {
    assertThat(sums(List.of(1f, Float.POSITIVE_INFINITY)).mean())
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(sums(List.of(Float.NEGATIVE_INFINITY, 1f)).mean())
        .isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(sums(List.of(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY)).mean()).isNaN();
    assertThat(sums(List.of(1f, Float.POSITIVE_INFINITY)).standardDeviation()).isNaN();

    List<Float> values = new ArrayList<>(Collections.nCopies(600, Float.NEGATIVE_INFINITY));
    values.addAll(Collections.nCopies(600, Float.POSITIVE_INFINITY));
    Histogram.Bars bars = histogram(values).bars();
    double infinite = Double.POSITIVE_INFINITY;
    assertThat(bars.quantile(0.25, -infinite, infinite)).isEqualTo(-infinite);
    assertThat(bars.quantile(0.75, -infinite, infinite)).isEqualTo(infinite);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 511, 512, 513, 1024, 30_011})
  void mergedIsTheSameWhateverTheOrderAndTheParts(int count) {
    List<Float> values = values(count);
    List<Float> shuffled = new ArrayList<>(values);
    Collections.shuffle(shuffled, new Random(5));
    ExactSums sums = new ExactSums();
    Histogram histogram = new Histogram();
    for (int from = 0; from < count; from += 1 + count / 3) {
      List<Float> part = shuffled.subList(from, Math.min(count, from + 1 + count / 3));
      sums.merge(ExactSums.of(sums(part).toBytes()));
      histogram.merge(histogram(part).bars());
    }

    assertThat(sums.count()).isEqualTo(count);
    assertThat(sums.mean()).isEqualTo(sums(values).mean());
    assertThat(sums.standardDeviation()).isEqualTo(sums(values).standardDeviation());
    assertThat(histogram.bars().lows()).isEqualTo(histogram(values).bars().lows());
    assertThat(histogram.bars().counts()).isEqualTo(histogram(values).bars().counts());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 512, 513, 30_011})
  void quantilesAreThoseOfTheSortedValues(int count) {
    float[] sorted = new float[count];
    List<Float> values = values(count);
    for (int i = 0; i < count; i++) {
      sorted[i] = values.get(i);
    }
    Arrays.sort(sorted);
    Histogram.Bars bars = histogram(values).bars();

    for (double share : new double[] {1e-9, 0.05, 0.25, 0.5, 0.75, 0.95, 1}) {
      float wanted = sorted[(int) Math.max(0, Math.ceil(share * count) - 1)];
      double allowed = count <= Histogram.EXACT ? 0 : Math.abs(wanted) / 256.0;
      assertThat(bars.quantile(share, sorted[0], sorted[count - 1]))
          .as("%s of %s", share, count)
          .isCloseTo(wanted, within(allowed));
    }
    assertThat(Arrays.stream(bars.counts()).sum()).isEqualTo(count);
  }

  @Test
  void quantilesOfManyZerosAreZero() {
    List<Float> values = new ArrayList<>(Collections.nCopies(900, 0f));
    values.addAll(Collections.nCopies(100, 1f));
    Histogram.Bars bars = histogram(values).bars();

    assertThat(bars.quantile(0.05, 0, 1)).isEqualTo(0);
    assertThat(bars.quantile(0.9, 0, 1)).isEqualTo(0);
    assertThat(bars.quantile(0.95, 0, 1)).isEqualTo(1);
  }

  @Test
  void quantilesAreNotBelowTheLeastValue() {
    List<Float> values = Collections.nCopies(600, 3 * Float.MIN_VALUE);

    assertThat(histogram(values).bars().quantile(0.5, 3 * Float.MIN_VALUE, 3 * Float.MIN_VALUE))
        .isEqualTo(3 * Float.MIN_VALUE);
  }

  @Test
  void otherBytesAreRefused() {
    assertThatThrownBy(() -> ExactSums.of(new byte[33]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 33 bytes");
  }
}
