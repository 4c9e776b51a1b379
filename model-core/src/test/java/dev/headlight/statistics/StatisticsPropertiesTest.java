package dev.headlight.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.nn.AttentionObserver;
import dev.headlight.statistics.BatchDescription.Tokens;
import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold of the statistics of a head whatever the attention is. */
class StatisticsPropertiesTest {
  private static final List<String> GROUPS = List.of("shape", "position", "copying", "special");
  private static final SpecialTokenIds SPECIAL =
      SpecialTokenIds.of(List.of(1), List.of(2), List.of(0));

  private static int[] all(int count, int value) {
    int[] array = new int[count];
    Arrays.fill(array, value);
    return array;
  }

  private static int[] upTo(int count) {
    return IntStream.rangeClosed(1, count).toArray();
  }

  private static SequenceAttention of(int queries, int keys, float... weights) {
    return new SequenceAttention(1, queries, keys, weights, all(queries, 0), all(queries, keys));
  }

  /** Statistics of each head, by name. */
  private static List<Map<String, Double>> reduce(
      SequenceAttention attention, String kind, Tokens tokens, Random random) {
    boolean cross = kind.equals("cross");
    BatchDescription.Side side =
        new BatchDescription.Side(
            kind,
            attention.heads(),
            new int[] {attention.queries()},
            new int[] {attention.keys()},
            List.of(cross ? Tokens.UNKNOWN : tokens),
            List.of(tokens));
    StatisticsRequest request = StatisticsRequest.ofGroups(GROUPS).withSpecialTokens(SPECIAL);
    StatisticsCollector collector =
        StatisticsCollector.of(request, new BatchDescription(1, List.of(side)));
    AttentionObserver observer = collector.attention(kind, 0);
    if (random == null) {
      attention.feed(observer, 0);
    } else {
      attention.feed(observer, 0, random);
    }
    List<String> columns = StatisticCatalogue.headColumns(request);
    return collector.finish().get(0).heads().stream().map(head -> byName(columns, head)).toList();
  }

  private static Map<String, Double> byName(List<String> columns, HeadStatistics head) {
    Map<String, Double> values = new HashMap<>();
    for (int c = 0; c < columns.size(); c++) {
      values.put(columns.get(c), (double) head.values()[c]);
    }
    return values;
  }

  private static Map<String, Double> self(SequenceAttention attention) {
    return reduce(attention, "self", Tokens.UNKNOWN, null).get(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7, 16, 33, 100})
  void aUniformHeadLooksEverywhere(int tokens) {
    float[] weights = new float[tokens * tokens];
    Arrays.fill(weights, 1f / tokens);

    Map<String, Double> values = self(of(tokens, tokens, weights));

    assertThat(values.get("entropy")).isCloseTo(Math.log(tokens), within(1e-5));
    assertThat(values.get("normalized_entropy")).isCloseTo(1, within(1e-6));
    assertThat(values.get("effective_support")).isCloseTo(tokens, within(1e-4 * tokens));
    assertThat(values.get("max_weight")).isCloseTo(1.0 / tokens, within(1e-7));
    assertThat(values.get("k90")).isCloseTo(Math.ceil(0.9 * tokens - 1e-6), within(1.0));
    for (String mass : List.of("first_token_mass", "diagonal_mass", "previous_mass", "next_mass")) {
      assertThat(values.get(mass)).as(mass).isCloseTo(1.0 / tokens, within(1e-7));
    }
    assertThat(values.get("forward_mass")).isCloseTo(values.get("backward_mass"), within(1e-6));
    assertThat(values.get("mean_distance"))
        .isCloseTo((tokens * (double) tokens - 1) / (3 * tokens), within(1e-4));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17, 40})
  void aHeadThatLooksAtItselfOnlyIsAPoint(int tokens) {
    float[] weights = new float[tokens * tokens];
    for (int i = 0; i < tokens; i++) {
      weights[i * tokens + i] = 1f;
    }

    Map<String, Double> values = self(of(tokens, tokens, weights));

    assertThat(values).containsEntry("entropy", 0.0).containsEntry("normalized_entropy", 0.0);
    assertThat(values).containsEntry("effective_support", 1.0).containsEntry("k90", 1.0);
    assertThat(values).containsEntry("max_weight", 1.0).containsEntry("diagonal_mass", 1.0);
    assertThat(values).containsEntry("mean_distance", 0.0).containsEntry("distance_std", 0.0);
    assertThat(values).containsEntry("forward_mass", 0.0).containsEntry("backward_mass", 0.0);
    assertThat(values.get("sparsity_1e2")).isCloseTo((tokens - 1.0) / tokens, within(1e-6));
  }

  @Test
  void aSingleTokenHasNoNeighboursAndIsASink() {
    Map<String, Double> values = self(of(1, 1, 1f));

    assertThat(values).containsEntry("sink", 1.0).containsEntry("first_token_mass", 1.0);
    assertThat(values).containsEntry("sparsity_1e2", 0.0);
    for (String undefined :
        List.of("previous_mass", "next_mass", "duplicate_token_mass", "induction_mass")) {
      assertThat(values.get(undefined)).as(undefined).isNaN();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyValueIsInItsRange(boolean causal) {
    int tokens = 37;
    Random random = new Random(5);
    int[] ids = random.ints(tokens, 0, 9).toArray();
    SequenceAttention attention =
        SequenceAttention.random(
            3, all(tokens, 0), causal ? upTo(tokens) : all(tokens, tokens), tokens, 3, random);

    for (Map<String, Double> head : reduce(attention, "self", Tokens.ofIds(ids), new Random(6))) {
      assertThat(head.get("entropy")).isBetween(0.0, Math.log(tokens) + 1e-6);
      assertThat(head.get("effective_support")).isBetween(1.0, (double) tokens);
      assertThat(head.get("k90")).isBetween(1.0, (double) tokens);
      assertThat(head.get("mean_distance")).isBetween(0.0, tokens - 1.0);
      head.forEach(
          (name, value) -> {
            if (name.endsWith("_mass") || name.equals("max_weight") || name.contains("sparsity")) {
              if (!Double.isNaN(value)) {
                assertThat(value).as(name).isBetween(0.0, 1.0 + 1e-6);
              }
            }
          });
      assertThat(head.get("forward_mass") + head.get("backward_mass") + head.get("diagonal_mass"))
          .as("the three directions are everything")
          .isCloseTo(1, within(1e-5));
      if (causal) {
        assertThat(head).containsEntry("forward_mass", 0.0);
        assertThat(head.get("next_mass")).isNaN();
      }
      double parts = head.get("cls_mass") + head.get("sep_mass");
      assertThat(head.get("special_token_mass")).isGreaterThanOrEqualTo(parts - 1e-6);
    }
  }

  @Test
  void theShapeOfRowsDoesNotDependOnTheOrderOfTheKeys() {
    int tokens = 29;
    SequenceAttention attention =
        SequenceAttention.random(1, all(tokens, 0), all(tokens, tokens), tokens, 2, new Random(11));
    List<Integer> order = new java.util.ArrayList<>(IntStream.range(0, tokens).boxed().toList());
    java.util.Collections.shuffle(order, new Random(12));
    float[] permuted = new float[attention.weights().length];
    for (int query = 0; query < tokens; query++) {
      for (int key = 0; key < tokens; key++) {
        permuted[query * tokens + order.get(key)] = attention.weight(0, query, key);
      }
    }

    Map<String, Double> before = self(attention);
    Map<String, Double> after = self(of(tokens, tokens, permuted));

    for (Statistic statistic : StatisticCatalogue.statistics("shape")) {
      assertThat(after.get(statistic.name()))
          .as(statistic.name())
          .isCloseTo(before.get(statistic.name()), within(1e-5));
    }
  }

  @Test
  void keysOutsideOfTheWindowCountForNothing() {
    int tokens = 24;
    int window = 5;
    int[] from = IntStream.range(0, tokens).map(i -> Math.max(0, i - window + 1)).toArray();
    SequenceAttention attention =
        SequenceAttention.random(2, from, upTo(tokens), tokens, 1, new Random(3));

    for (Map<String, Double> head : reduce(attention, "self", Tokens.UNKNOWN, new Random(4))) {
      assertThat(head.get("k90")).isLessThanOrEqualTo(window);
      assertThat(head.get("effective_support")).isLessThanOrEqualTo(window);
      assertThat(head.get("mean_distance")).isLessThanOrEqualTo(window - 1.0);
      assertThat(head.get("sparsity_1e2")).as("invisible keys are not sparse").isLessThan(0.5);
    }
  }

  @Test
  void crossAttentionHasNoCopiesButSpecialTokensOfItsKeys() {
    int queries = 6;
    int keys = 11;
    int[] keyIds = {1, 7, 8, 7, 8, 7, 8, 9, 9, 9, 2};
    SequenceAttention attention =
        SequenceAttention.random(1, all(queries, 0), all(queries, keys), keys, 1, new Random(9));

    Map<String, Double> values =
        reduce(attention, "cross", Tokens.ofIds(keyIds), new Random(10)).get(0);

    assertThat(values.get("duplicate_token_mass")).isNaN();
    assertThat(values.get("induction_mass")).isNaN();
    double first = 0;
    double last = 0;
    for (int query = 0; query < queries; query++) {
      first += attention.weight(0, query, 0) / queries;
      last += attention.weight(0, query, keys - 1) / queries;
    }
    assertThat(values.get("cls_mass")).isCloseTo(first, within(1e-6));
    assertThat(values.get("sep_mass")).isCloseTo(last, within(1e-6));
    assertThat(values.get("special_token_mass")).isCloseTo(first + last, within(1e-6));
  }

  @Test
  void aSequenceWithoutSpecialTokensHasNoMassOnThem() {
    SequenceAttention attention =
        SequenceAttention.random(1, all(5, 0), all(5, 5), 5, 1, new Random(1));

    Map<String, Double> values =
        reduce(attention, "self", Tokens.ofIds(1, 5, 6, 7, 8), null).get(0);

    assertThat(values.get("cls_mass")).isPositive();
    assertThat(values.get("sep_mass")).isNaN();
    assertThat(values.get("special_token_mass")).isEqualTo(values.get("cls_mass"));
  }

  @ParameterizedTest
  @CsvSource({"1,61", "2,61", "3,61", "4,61", "5,61", "6,300", "7,560"})
  void tilesDoNotChangeABit(int seed, int tokens) {
    Random random = new Random(seed);
    int[] ids = random.ints(tokens, 0, 12).toArray();
    SequenceAttention attention =
        SequenceAttention.random(4, all(tokens, 0), upTo(tokens), tokens, 2, random);

    assertThat(reduce(attention, "self", Tokens.ofIds(ids), random))
        .isEqualTo(reduce(attention, "self", Tokens.ofIds(ids), null));
  }
}
