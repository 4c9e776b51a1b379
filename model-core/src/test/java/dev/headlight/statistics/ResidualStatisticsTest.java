package dev.headlight.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statistics of hidden states against plain loops in double precision. */
class ResidualStatisticsTest {
  private static final int NORM = 0;
  private static final int LARGEST = 1;
  private static final int MEDIAN = 2;
  private static final int RANK = 3;
  private static final int COSINE = 4;

  private static float[] random(int count, double deviation, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  private static float[] reduce(ResidualStatistics statistics, float[] values, int tokens) {
    int width = values.length / tokens;
    try (NativeArena arena = new NativeArena()) {
      Matrix hidden = arena.matrix(tokens, width);
      for (int token = 0; token < tokens; token++) {
        hidden.writeRow(token, values, token * width);
      }
      return statistics.of(hidden);
    }
  }

  private static double medianOf(float[] values) {
    double[] sorted =
        IntStream.range(0, values.length).mapToDouble(i -> Math.abs(values[i])).toArray();
    Arrays.sort(sorted);
    return 0.5 * (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]);
  }

  private static double[] expected(float[] values, int tokens) {
    int width = values.length / tokens;
    double[] mean = new double[width];
    double[] units = new double[width];
    double norms = 0;
    double all = 0;
    double largest = 0;
    for (int token = 0; token < tokens; token++) {
      double square = 0;
      for (int k = 0; k < width; k++) {
        double value = values[token * width + k];
        square += value * value;
        mean[k] += value / tokens;
        largest = Math.max(largest, Math.abs(value));
      }
      for (int k = 0; k < width; k++) {
        units[k] += values[token * width + k] / Math.sqrt(square);
      }
      norms += Math.sqrt(square) / tokens;
      all += square;
    }
    double left = 0;
    for (int i = 0; i < values.length; i++) {
      double difference = values[i] - mean[i % width];
      left += difference * difference;
    }
    double cosines =
        (Arrays.stream(units).map(u -> u * u).sum() - tokens) / (tokens * (tokens - 1.0));
    return new double[] {norms, largest, medianOf(values), Math.sqrt(left / all), cosines};
  }

  @ParameterizedTest
  @CsvSource({"2,1", "3,7", "5,16", "4,33", "17,48", "9,100", "31,257", "64,768", "7,2049"})
  void equalPlainLoops(int tokens, int width) {
    Random random = new Random(31 * tokens + width);
    // one after the other, as the median begins where the one before was found
    ResidualStatistics statistics = new ResidualStatistics();
    for (double deviation : new double[] {1, 1, 1.02, 300, 1e-6, 0.5}) {
      float[] values = random(tokens * width, deviation, random);
      values[random.nextInt(values.length)] *= 1000;

      float[] found = reduce(statistics, values, tokens);

      double[] wanted = expected(values, tokens);
      for (int i = NORM; i <= COSINE; i++) {
        assertThat((double) found[i])
            .as("statistic %d of deviation %s", i, deviation)
            .isCloseTo(
                wanted[i], within(1e-6 * Math.abs(wanted[i]) + 1e-7 * (i == COSINE ? 1 : 0)));
      }
      assertThat(found[MEDIAN]).isEqualTo((float) wanted[MEDIAN]);
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0.9", "3,0.5", "3,0.99", "1,0.2", "2,1"})
  void theMedianIsExactWhereMostValuesAreTheSame(float value, double share) {
    Random random = new Random(7);
    float[] values = random(40 * 97, 1, random);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextDouble() < share ? value : values[i];
    }

    assertThat(reduce(new ResidualStatistics(), values, 40)[MEDIAN])
        .isEqualTo((float) medianOf(values));
  }

  @Test
  void tokensThatAreAllAlikeHaveNothingLeftWithoutTheirMean() {
    float[] token = random(200, 5, new Random(3));
    float[] values = new float[10 * 200];
    for (int i = 0; i < values.length; i++) {
      values[i] = token[i % 200];
    }

    float[] found = reduce(new ResidualStatistics(), values, 10);

    assertThat(found[RANK]).isLessThan(1e-7f);
    assertThat(found[COSINE]).isCloseTo(1f, within(1e-6f));
  }

  @Test
  void whatIsNotFiniteShows() {
    float[] infinite = random(6 * 50, 1, new Random(4));
    infinite[77] = Float.NEGATIVE_INFINITY;
    float[] undefined = random(6 * 50, 1, new Random(5));
    undefined[78] = Float.NaN;

    float[] ofInfinite = reduce(new ResidualStatistics(), infinite, 6);
    float[] ofUndefined = reduce(new ResidualStatistics(), undefined, 6);

    assertThat(ofInfinite[NORM]).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(ofInfinite[LARGEST]).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(ofInfinite[MEDIAN]).isEqualTo((float) medianOf(infinite));
    assertThat(ofInfinite[COSINE]).isNaN();
    assertThat(ofUndefined[NORM]).isNaN();
    assertThat(ofUndefined[LARGEST]).isNaN();
    assertThat(ofUndefined[MEDIAN]).isNaN();
    assertThat(ofUndefined[RANK]).isNaN();
  }
}
