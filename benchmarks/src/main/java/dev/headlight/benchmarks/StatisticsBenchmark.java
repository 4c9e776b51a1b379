package dev.headlight.benchmarks;

import dev.headlight.kernel.Kernels;
import dev.headlight.kernel.Operand;
import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.kernel.WeightBlock;
import dev.headlight.nn.AttentionBlock;
import dev.headlight.nn.AttentionObserver;
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
  private final List<AttentionBlock> blocks = new ArrayList<>();
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
    for (int head = 0; head < HEADS; head++) {
      addBlocks(head, random);
    }
    for (int layer = 0; layer <= LAYERS; layer++) {
      hidden.add(Gaussian.matrix(arena, TOKENS, WIDTH, 1f + 0.1f * layer, random));
    }
  }

  private static int[] ids() {
    Random random = new Random(2);
    return random.ints(TOKENS, 0, 4 * TOKENS).toArray();
  }

  private void addBlocks(int head, Random random) {
    Matrix scores = Gaussian.matrix(arena, TOKENS, TOKENS, sharpest * (head + 1) / HEADS, random);
    SoftmaxRows rows = new SoftmaxRows();
    rows.resize(TOKENS);
    for (int row = 0; row < TOKENS; row++) {
      rows.visible(row, 0, TOKENS);
    }
    int count = WeightBlock.rowsOf(TOKENS);
    for (int first = 0; first < TOKENS; first += count) {
      WeightBlock block = new WeightBlock();
      block.select(first, Math.min(count, TOKENS - first), TOKENS);
      Operand weights = new Operand.Floats(scores);
      Kernels.named("onednn", "fp32").rowOperations().softmax(scores, rows, block, weights);
      blocks.add(
          new AttentionBlock(
              0, head, first, block.rows(), 0, block.weights(), 0, block.stride(), rows, first));
    }
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
        blocks.forEach(observer::observe);
      }
      collector.hiddenState(STACK, layer + 1, hidden.get(layer + 1), packing);
    }
    return collector.finish();
  }
}
