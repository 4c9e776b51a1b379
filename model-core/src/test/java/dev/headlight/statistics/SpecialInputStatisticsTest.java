package dev.headlight.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.nn.AttentionObserver;
import dev.headlight.statistics.BatchDescription.Tokens;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Statistics of images and of texts with segments, against plain loops. */
class SpecialInputStatisticsTest {

  private static double reduce(SequenceAttention attention, Tokens tokens, String group) {
    int[] lengths = {attention.queries()};
    StatisticsCollector collector =
        StatisticsCollector.of(
            StatisticsRequest.ofGroups(List.of(group)),
            new BatchDescription(
                1,
                List.of(
                    BatchDescription.Side.ofSelf(
                        "self", attention.heads(), lengths, List.of(tokens)))));
    AttentionObserver observer = collector.attention("self", 0);
    attention.feed(observer, 0, new Random(2));
    return collector.finish().get(0).heads().get(0).values()[0];
  }

  private static SequenceAttention everywhere(int tokens, long seed) {
    int[] to = new int[tokens];
    Arrays.fill(to, tokens);
    return SequenceAttention.random(1, new int[tokens], to, tokens, 1.5, new Random(seed));
  }

  private static SequenceAttention causal(int tokens, long seed) {
    int[] to = IntStream.rangeClosed(1, tokens).toArray();
    return SequenceAttention.random(1, new int[tokens], to, tokens, 1.5, new Random(seed));
  }

  @Test
  void pixelDistanceIsThatBetweenCentresOfPatches() {
    PatchGrid grid = new PatchGrid(2, 3, 5, 4, 8);
    int tokens = 2 + 15;
    SequenceAttention attention = everywhere(tokens, 7);

    double sum = 0;
    for (int query = 2; query < tokens; query++) {
      double mass = 0;
      double weighted = 0;
      for (int key = 2; key < tokens; key++) {
        double down = 4.0 * ((query - 2) / 5 - (key - 2) / 5);
        double right = 8.0 * ((query - 2) % 5 - (key - 2) % 5);
        mass += attention.weight(0, query, key);
        weighted += attention.weight(0, query, key) * Math.sqrt(down * down + right * right);
      }
      sum += weighted / mass;
    }

    assertThat(reduce(attention, Tokens.ofImage(grid), "pixels")).isCloseTo(sum / 15, within(1e-5));
  }

  @Test
  void pixelDistanceOfTextIsUndefined() {
    assertThat(reduce(everywhere(5, 1), Tokens.ofIds(1, 2, 3, 4, 5), "pixels")).isNaN();
  }

  @Test
  void lookbackRatioComparesMeanWeightsOnContextAndOnNewTokens() {
    int tokens = 13;
    int context = 6;
    SequenceAttention attention = causal(tokens, 3);
    int[] segments = IntStream.range(0, tokens).map(i -> i < context ? 0 : 1).toArray();

    double sum = 0;
    for (int query = context; query < tokens; query++) {
      double onContext = 0;
      double onNew = 0;
      for (int key = 0; key <= query; key++) {
        if (key < context) {
          onContext += attention.weight(0, query, key) / context;
        } else {
          onNew += attention.weight(0, query, key) / (query - context + 1.0);
        }
      }
      sum += onContext / (onContext + onNew);
    }

    Tokens known = Tokens.UNKNOWN.withSegments(segments);
    assertThat(reduce(attention, known, "lookback"))
        .isCloseTo(sum / (tokens - context), within(1e-6));
  }

  @Test
  void lookbackRatioOfAUniformHeadIsOneHalf() {
    int tokens = 9;
    float[] weights = new float[tokens * tokens];
    for (int query = 0; query < tokens; query++) {
      for (int key = 0; key <= query; key++) {
        weights[query * tokens + key] = 1f / (query + 1);
      }
    }
    SequenceAttention attention =
        new SequenceAttention(
            1,
            tokens,
            tokens,
            weights,
            new int[tokens],
            IntStream.rangeClosed(1, tokens).toArray());

    Tokens known = Tokens.UNKNOWN.withSegments(new int[] {0, 0, 0, 1, 1, 1, 2, 2, 2});

    assertThat(reduce(attention, known, "lookback")).isCloseTo(0.5, within(1e-6));
    assertThat(reduce(attention, Tokens.UNKNOWN, "lookback")).isNaN();
    assertThat(reduce(attention, Tokens.UNKNOWN.withSegments(new int[tokens]), "lookback"))
        .as("nothing is new")
        .isNaN();
  }
}
