package dev.headlight.benchmarks;

import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.nn.AttentionObserver;
import dev.headlight.nn.AttentionTile;
import dev.headlight.nn.Packing;
import dev.headlight.statistics.BatchDescription;
import dev.headlight.statistics.StatisticCatalogue;
import dev.headlight.statistics.StatisticsCollector;
import dev.headlight.statistics.StatisticsRequest;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What each group of statistics costs: nanoseconds per attention weight, or per activation for the
 * group {@code layers}, on one thread.
 *
 * <p>Run with {@code java --add-modules jdk.incubator.vector -cp
 * benchmarks/target/headlight-benchmarks.jar dev.headlight.benchmarks.StatisticsCost}. Arguments
 * are sequence lengths; without them 32, 128, 512 and 2048. Weights are softmax rows of normal
 * scores of standard deviation 1; tiles are those of the forward pass of a model with 12 heads.
 */
public final class StatisticsCost {
  private static final int HEADS = 12;
  private static final int WIDTH = 768;
  private static final int TILE_FLOATS = 64 * 1024;
  private static final int ROUNDS = 7;
  private static final long ROUND_NANOS = 150_000_000;

  // processor time, so that other processes of a shared machine do not count
  private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

  private StatisticsCost() {}

  public static void main(String[] arguments) {
    int[] lengths = {32, 128, 512, 2048};
    if (arguments.length > 0) {
      lengths = new int[arguments.length];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = Integer.parseInt(arguments[i]);
      }
    }
    System.out.printf("%-18s", "ns per element");
    for (int length : lengths) {
      System.out.printf("%14s", "T=" + length);
    }
    System.out.println();
    List<String> rows = new ArrayList<>(List.of("default"));
    rows.addAll(StatisticCatalogue.groups());
    // they look at what blocks add to the residual stream, of which there is none here
    rows.remove("updates");
    for (boolean causal : new boolean[] {false, true}) {
      for (String group : rows) {
        System.out.printf("%-18s", group + (causal ? " causal" : ""));
        for (int length : lengths) {
          System.out.printf("%14.3f", cost(group, length, causal));
        }
        System.out.println();
      }
    }
  }

  private static double cost(String option, int length, boolean causal) {
    Set<String> groups = StatisticCatalogue.parse(option);
    try (NativeArena arena = new NativeArena()) {
      if (groups.equals(Set.of(StatisticCatalogue.LAYERS))) {
        return layersCost(length, arena);
      }
      groups.remove(StatisticCatalogue.LAYERS);
      return attentionCost(StatisticsRequest.ofGroups(groups), length, causal, arena);
    }
  }

  private static double attentionCost(
      StatisticsRequest request, int length, boolean causal, NativeArena arena) {
    Random random = new Random(length);
    List<AttentionTile> tiles = tiles(length, causal, random, arena);
    long weights = 0;
    for (AttentionTile tile : tiles) {
      for (int row = 0; row < tile.weights().rows(); row++) {
        weights += tile.rows().to(row) - tile.rows().from(row);
      }
    }
    int[] tokens = random.ints(length, 0, 30_000).map(id -> id % 7 == 0 ? id % 50 : id).toArray();
    float[] norms = new float[HEADS * length];
    Arrays.fill(norms, 1f);
    int[] lengths = {length};
    BatchDescription batch =
        new BatchDescription(
            1,
            List.of(
                BatchDescription.Side.ofSelf(
                    "self", HEADS, lengths, List.of(BatchDescription.Tokens.ofIds(tokens)))));
    return best(
        weights,
        () -> {
          StatisticsCollector collector = StatisticsCollector.of(request, batch);
          for (int layer = 0; layer < 4; layer++) {
            AttentionObserver observer = collector.attention("self", layer);
            if (observer.seesNorms()) {
              observer.values(0, norms);
            }
            tiles.forEach(observer::observe);
            if (observer.seesNorms()) {
              observer.outputs(0, norms);
            }
          }
          return 4 * collector.finish().size();
        });
  }

  private static double layersCost(int length, NativeArena arena) {
    Matrix hidden = arena.matrix(length, WIDTH);
    Random random = new Random(length);
    for (int row = 0; row < length; row++) {
      for (int column = 0; column < WIDTH; column++) {
        hidden.set(row, column, (float) random.nextGaussian());
      }
    }
    Packing packing = Packing.ofLengths(length);
    int[] lengths = {length};
    BatchDescription batch =
        new BatchDescription(
            1,
            List.of(
                BatchDescription.Side.ofSelf(
                    "self", HEADS, lengths, List.of(BatchDescription.Tokens.UNKNOWN))));
    StatisticsRequest request = StatisticsRequest.ofGroups(Set.of(StatisticCatalogue.LAYERS));
    return best(
        (long) length * WIDTH,
        () -> {
          StatisticsCollector collector = StatisticsCollector.of(request, batch);
          for (int layer = 0; layer < 4; layer++) {
            collector.hiddenState("self", layer, hidden, packing);
          }
          return 4 * collector.finish().size();
        });
  }

  private interface Work {
    int run();
  }

  private static double best(long elements, Work work) {
    double best = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      long start = THREAD.getCurrentThreadCpuTime();
      long units = 0;
      long end;
      do {
        units += work.run();
        end = THREAD.getCurrentThreadCpuTime();
      } while (end - start < ROUND_NANOS);
      best = Math.min(best, (double) (end - start) / ((double) units * elements));
    }
    return best;
  }

  /** By query, all heads in turn, so that every group can be fed. */
  private static List<AttentionTile> tiles(
      int length, boolean causal, Random random, NativeArena arena) {
    int tileQueries = Math.min(length, Math.max(16, TILE_FLOATS / length));
    int tileHeads = Math.max(1, Math.min(HEADS, TILE_FLOATS / (tileQueries * length)));
    List<AttentionTile> tiles = new ArrayList<>();
    for (int first = 0; first < length; first += tileQueries) {
      for (int head = 0; head < HEADS; head += tileHeads) {
        int heads = Math.min(tileHeads, HEADS - head);
        int queries = Math.min(tileQueries, length - first);
        int columns = causal ? first + queries : length;
        Matrix weights = arena.matrix(heads * queries, columns);
        SoftmaxRows rows = new SoftmaxRows();
        rows.resize(heads * queries);
        for (int row = 0; row < heads * queries; row++) {
          rows.visible(row, 0, causal ? first + row % queries + 1 : length);
          fill(weights, rows, row, random);
        }
        tiles.add(new AttentionTile(0, head, heads, first, queries, 0, length, weights, rows));
      }
    }
    return tiles;
  }

  private static void fill(Matrix weights, SoftmaxRows rows, int row, Random random) {
    double[] exponentials = new double[weights.columns()];
    double sum = 0;
    for (int key = rows.from(row); key < rows.to(row); key++) {
      exponentials[key] = Math.exp(random.nextGaussian());
      sum += exponentials[key];
    }
    double entropy = 0;
    for (int key = 0; key < exponentials.length; key++) {
      double weight = exponentials[key] / sum;
      weights.set(row, key, (float) weight);
      entropy -= weight > 0 ? weight * Math.log(weight) : 0;
    }
    rows.entropy(row, (float) entropy);
  }
}
