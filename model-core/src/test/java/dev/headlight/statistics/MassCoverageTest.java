package dev.headlight.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The number of keys that hold most of the weight, against sorted rows. */
class MassCoverageTest {
  private static double keysOfSortedRows(SequenceAttention attention) {
    double keys = 0;
    for (int query = 0; query < attention.queries(); query++) {
      int start = query * attention.keys();
      float[] row = Arrays.copyOfRange(attention.weights(), start, start + attention.keys());
      Arrays.sort(row);
      double sum = 0;
      int count = 0;
      while (sum < 0.9 && count < row.length) {
        count++;
        sum += row[row.length - count];
      }
      keys += count;
    }
    return keys / attention.queries();
  }

  @ParameterizedTest
  @CsvSource({
    "3,0.1",
    "16,1",
    "33,0.001",
    "40,5",
    "128,0.3",
    "128,2",
    "129,1",
    "129,8",
    "300,0.01",
    "517,1.5",
    "1030,0.5",
    "2050,1",
    "64,20",
    "10,0",
    "20,0",
    "200,0"
  })
  void equalsThatOfSortedRows(int tokens, double scale) {
    int[] from = new int[tokens];
    int[] all = new int[tokens];
    Arrays.fill(all, tokens);
    int[] causal = IntStream.rangeClosed(1, tokens).toArray();
    for (int[] to : List.of(all, causal)) {
      SequenceAttention attention =
          SequenceAttention.random(1, from, to, tokens, scale, new Random(tokens));
      StatisticsRequest request = StatisticsRequest.ofGroups(List.of("shape"));
      StatisticsCollector collector =
          StatisticsCollector.of(request, new BatchDescription(1, List.of(attention.side("self"))));

      attention.feed(collector.attention("self", 0), 0);

      int k90 = StatisticCatalogue.headColumns(request).indexOf("k90");
      assertThat(collector.finish().get(0).heads().get(0).values()[k90])
          .isCloseTo((float) keysOfSortedRows(attention), within(1e-4f));
    }
  }
}
