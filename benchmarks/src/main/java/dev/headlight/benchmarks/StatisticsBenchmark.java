package dev.headlight.benchmarks;

import dev.headlight.kernel.Kernels;
import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.nn.AttentionObserver;
import dev.headlight.nn.AttentionTile;
import dev.headlight.nn.Packing;
import dev.headlight.statistics.BatchDescription;
import dev.headlight.statistics.BatchDescription.Side;
import dev.headlight.statistics.BatchDescription.Tokens;
import dev.headlight.statistics.SequenceStatistics;
import dev.headlight.statistics.StatisticCatalogue;
import dev.headlight.statistics.StatisticsCollector;
import dev.headlight.statistics.StatisticsRequest;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Groups of statistics by themselves: a sequence of 128 tokens through 12 layers of 12 heads and
 * width 768, per token. The heads differ in how sharp they are, and are the same in all layers. So
 * few rows that come again and again are rows whose branches a processor learns: what branches cost
 * shows in {@code bench --breakdown} only.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(StatisticsBenchmark.TOKENS)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = "--add-modules=jdk.incubator.vector")
public class StatisticsBenchmark {
  static final int TOKENS = 128;
  private static final int LAYERS = 12;
  private static final int HEADS = 12;
  private static final int WIDTH = 768;
  private static final String STACK = "self";

  @Param({"shape", "position", "special", "layers", "default"})
  String groups;

  /** Scores of the sharpest head have this standard deviation. */
  @Param({"2"})
  float sharpest;

  private NativeArena arena;
  private StatisticsRequest request;
  private BatchDescription batch;
  private Packing packing;
  private final List<AttentionTile> tiles = new ArrayList<>();
  private final List<Matrix> hidden = new ArrayList<>();

  @Setup(Level.Trial)
  public void make() {
    arena = new NativeArena();
    request = StatisticsRequest.ofGroups(StatisticCatalogue.parse(groups));
    int[] lengths = {TOKENS};
    batch =
        new BatchDescription(
            1,
            List.of(
                Side.ofSelf(STACK, HEADS, lengths, Collections.nCopies(1, Tokens.ofIds(ids())))));
    packing = Packing.ofLengths(lengths);
    Random random = new Random(1);
    int headsOfTile = HEADS / 3;
    for (int first = 0; first < HEADS; first += headsOfTile) {
      tiles.add(tile(first, headsOfTile, random));
    }
    for (int layer = 0; layer <= LAYERS; layer++) {
      hidden.add(Gaussian.matrix(arena, TOKENS, WIDTH, 1f + 0.1f * layer, random));
    }
  }

  private static int[] ids() {
    Random random = new Random(2);
    return random.ints(TOKENS, 0, 4 * TOKENS).toArray();
  }

  private AttentionTile tile(int firstHead, int heads, Random random) {
    Matrix weights = arena.matrix(heads * TOKENS, TOKENS);
    SoftmaxRows rows = new SoftmaxRows();
    rows.resize(weights.rows());
    for (int row = 0; row < weights.rows(); row++) {
      float deviation = sharpest * (firstHead + row / TOKENS + 1) / HEADS;
      for (int column = 0; column < TOKENS; column++) {
        weights.set(row, column, deviation * (float) random.nextGaussian());
      }
      rows.visible(row, 0, TOKENS);
    }
    Kernels.named("onednn", "fp32").rowOperations().softmax(weights, rows);
    return new AttentionTile(0, firstHead, heads, 0, TOKENS, TOKENS, 0, TOKENS, weights, rows);
  }

  @TearDown(Level.Trial)
  public void free() {
    arena.close();
  }

  /** All layers of one sequence. */
  @Benchmark
  public List<SequenceStatistics> statistics() {
    StatisticsCollector collector = StatisticsCollector.of(request, batch);
    collector.hiddenState(STACK, 0, hidden.get(0), packing);
    for (int layer = 0; layer < LAYERS; layer++) {
      AttentionObserver observer = collector.attention(STACK, layer);
      if (observer != null) {
        tiles.forEach(observer::observe);
      }
      collector.hiddenState(STACK, layer + 1, hidden.get(layer + 1), packing);
    }
    return collector.finish();
  }
}
