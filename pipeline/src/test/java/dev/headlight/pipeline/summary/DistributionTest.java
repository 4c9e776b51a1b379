package dev.headlight.pipeline.summary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bins made of histograms against bins made of the values themselves. */
class DistributionTest {
  private static float[] values(int count, DoubleUnaryOperator shape) {
    Random random = new Random(17);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) shape.applyAsDouble(random.nextGaussian());
    }
    Arrays.sort(values);
    return values;
  }

  private static Distribution of(float... sorted) {
    Histogram histogram = new Histogram();
    for (float value : sorted) {
      histogram.add(value);
    }
    return Distribution.of(histogram.bars(), sorted[0], sorted[sorted.length - 1]);
  }

  private static double edge(Distribution found, int bin) {
    return found.from() + bin * (((double) found.to() - found.from()) / found.counts().length);
  }

  private static long total(Distribution found) {
    return found.below() + Arrays.stream(found.counts()).sum() + found.above();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 40, 512})
  void countsOfFewValuesAreThoseOfTheValues(int count) {
    float[] values = values(count, value -> value * value * value);
    Distribution found = of(values);

    for (int bin = 0; bin < Distribution.BINS; bin++) {
      long expected = 0;
      for (float value : values) {
        boolean last = bin == Distribution.BINS - 1 && value == found.to();
        boolean inside = value >= edge(found, bin) && value < edge(found, bin + 1);
        expected += last || inside ? 1 : 0;
      }
      assertThat(found.counts()[bin]).as("bin %s", bin).isEqualTo(expected);
    }
    assertThat(total(found)).isEqualTo(count);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 3, 1000, -40})
  void countsOfManyValuesAreThoseOfTheValuesButForTheBinsOfTheHistogram(double mean) {
    float[] values = values(30_011, value -> mean + value);
    Distribution found = of(values);

    long before = found.below();
    for (int bin = 0; bin <= Distribution.BINS; bin++) {
      double edge = edge(found, bin);
      double width = Math.abs(edge) / 256;
      long least = Arrays.stream(doubles(values)).filter(value -> value < edge - width).count();
      long most = Arrays.stream(doubles(values)).filter(value -> value <= edge + width).count();
      assertThat(before).as("values below %s", edge).isBetween(least - 1, most + 1);
      before += bin < Distribution.BINS ? found.counts()[bin] : 0;
    }
    assertThat(total(found)).isEqualTo(values.length);
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  @Test
  void endsAreTheLeastAndTheLargestValue() {
    float[] values = values(5000, Math::tanh);
    Distribution found = of(values);

    assertThat(found.from()).isEqualTo(values[0]);
    assertThat(found.to()).isEqualTo(values[4999]);
    assertThat(found.below() + found.above()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 2000})
  void valuesFarAwayAreCountedBesideTheBins(int count) {
    float[] values = values(count, value -> value);
    values[0] = -1e9f;
    values[count - 2] = 1e6f;
    values[count - 1] = 1e7f;
    Distribution found = of(values);

    assertThat(found.below()).isEqualTo(1);
    assertThat(found.above()).isEqualTo(2);
    assertThat(found.from()).isBetween(-20f, values[1]);
    assertThat(found.to()).isBetween(values[count - 3], 20f);
    assertThat(total(found)).isEqualTo(count);
  }

  @Test
  void valuesCloserThanABinOfTheHistogramAreSpreadBetweenTheirEnds() {
    float[] values = new float[1600];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1_000_000 + i / 100;
    }
    Distribution found = of(values);

    assertThat(found.from()).isEqualTo(1_000_000);
    assertThat(found.to()).isEqualTo(1_000_015);
    assertThat(found.counts()).containsOnly(50);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 512, 513, 9000})
  void equalValuesAreOneBin(int count) {
    float[] values = new float[count];
    Arrays.fill(values, 0.3f);
    Distribution found = of(values);

    assertThat(found.counts()).containsExactly(count);
    assertThat(found.from()).isEqualTo(0.3f).isEqualTo(found.to());
  }

  @Test
  void rareOthersBesideEqualValuesAreInBins() {
    float[] values = new float[1000];
    values[999] = 1;
    Distribution found = of(values);

    assertThat(found.to()).isEqualTo(1);
    assertThat(found.counts()[0]).isEqualTo(999);
    assertThat(found.counts()[Distribution.BINS - 1]).isEqualTo(1);
  }
}
