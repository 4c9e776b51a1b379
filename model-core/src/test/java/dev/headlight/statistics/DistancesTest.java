package dev.headlight.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Distances and directions of rows of all lengths, against plain loops in double precision. */
class DistancesTest {
  private static final List<String> NAMES =
      List.of("mean_distance", "distance_std", "forward_mass", "backward_mass");

  private static double[] expected(SequenceAttention attention) {
    double[] sums = new double[NAMES.size()];
    for (int query = 0; query < attention.queries(); query++) {
      double mean = 0;
      for (int key = 0; key < attention.keys(); key++) {
        double weight = attention.weight(0, query, key);
        mean += weight * Math.abs(query - key);
        sums[2] += key > query ? weight : 0;
        sums[3] += key < query ? weight : 0;
      }
      double variance = 0;
      for (int key = 0; key < attention.keys(); key++) {
        double deviation = Math.abs(query - key) - mean;
        variance += attention.weight(0, query, key) * deviation * deviation;
      }
      sums[0] += mean;
      sums[1] += Math.sqrt(variance);
    }
    return Arrays.stream(sums).map(sum -> sum / attention.queries()).toArray();
  }

  private static void assertEqualsPlainLoops(SequenceAttention attention) {
    StatisticsRequest request = StatisticsRequest.ofGroups(List.of("position"));
    StatisticsCollector collector =
        StatisticsCollector.of(request, new BatchDescription(1, List.of(attention.side("self"))));

    attention.feed(collector.attention("self", 0), 0);

    float[] values = collector.finish().get(0).heads().get(0).values();
    double[] expected = expected(attention);
    for (int i = 0; i < NAMES.size(); i++) {
      double value = values[StatisticCatalogue.headColumns(request).indexOf(NAMES.get(i))];
      Offset<Double> tolerance = within(1e-5 * expected[i] + 1e-7);
      assertThat(value).as(NAMES.get(i)).isCloseTo(expected[i], tolerance);
    }
  }

  private static int[] ofQueries(int queries, IntUnaryOperator key) {
    return IntStream.range(0, queries).map(key).toArray();
  }

  private static SequenceAttention random(int[] from, int[] to, int keys, double scale) {
    return SequenceAttention.random(1, from, to, keys, scale, new Random(keys + 1));
  }

  @ParameterizedTest
  @CsvSource({"5,1", "16,3", "130,1", "255,2", "257,1", "300,6", "517,0.1", "1030,2"})
  void ofAllKeysOfAWindowAndOfThoseBefore(int tokens, double scale) {
    int window = tokens / 2 + 1;
    int[] none = new int[tokens];
    int[] all = ofQueries(tokens, query -> tokens);
    int[] causal = ofQueries(tokens, query -> query + 1);
    int[] near = ofQueries(tokens, query -> Math.max(0, query - window));

    assertEqualsPlainLoops(random(none, all, tokens, scale));
    assertEqualsPlainLoops(random(none, causal, tokens, scale));
    assertEqualsPlainLoops(random(near, causal, tokens, scale));
  }

  @ParameterizedTest
  @CsvSource({"700,300", "20,700", "700,20", "290,270"})
  void ofAnotherSequence(int queries, int keys) {
    int[] all = ofQueries(queries, query -> keys);

    assertEqualsPlainLoops(random(new int[queries], all, keys, 1));
  }

  /** Nearly all weight on one key, whose distance is far larger than its deviation. */
  @ParameterizedTest
  @CsvSource({"40,0", "40,-1", "600,0", "600,-1", "600,-17", "600,-300", "1500,0"})
  void ofHeadsThatLookAtOneKey(int tokens, int key) {
    SequenceAttention attention =
        random(new int[tokens], ofQueries(tokens, query -> tokens), tokens, 1);
    float[] weights = attention.weights();
    for (int query = 0; query < tokens; query++) {
      int row = query * tokens;
      for (int k = row; k < row + tokens; k++) {
        weights[k] *= 1e-3f;
      }
      weights[row + (key == 0 ? 0 : Math.max(0, query + key))] += 0.999f;
    }

    assertEqualsPlainLoops(attention);
  }
}
