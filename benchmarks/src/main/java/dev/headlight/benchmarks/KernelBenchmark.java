package dev.headlight.benchmarks;

import dev.headlight.config.Activation;
import dev.headlight.kernel.HeadGroup;
import dev.headlight.kernel.Kernels;
import dev.headlight.kernel.MatrixProducts;
import dev.headlight.kernel.Operand;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.kernel.WeightBlock;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each kernel by itself, in the shapes of BERT-base: {@code java -jar
 * benchmarks/target/headlight-benchmarks.jar KernelBenchmark -p kernels=onednn-bf16 -p tokens=128}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
// vector code takes seconds to be compiled
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = "--add-modules=jdk.incubator.vector")
public class KernelBenchmark {
  private static final int WIDTH = 768;
  private static final int INTERMEDIATE = 3072;
  private static final HeadGroup HEADS = new HeadGroup(0, 12, 1, 64);
  private static final int ROWS = 1024;

  @Param({"nd4j-fp32", "onednn-fp32", "onednn-bf16", "onednn-int8"})
  String kernels;

  /** Tokens of a sequence, for the products of attention. */
  @Param({"8", "32", "128", "512"})
  int tokens;

  private NativeArena arena;
  private Workspace workspace;
  private Kernels used;
  private PackedLinear up;
  private PackedLinear down;
  private Matrix hidden;
  private Operand input;
  private Operand intermediate;
  private Operand query;
  private Operand context;
  private Matrix scores;
  private Operand attention;
  private SoftmaxRows rows;
  private WeightBlock block;
  private float[] gain;
  private Matrix gate;

  @Setup(Level.Trial)
  public void make() {
    String[] parts = kernels.split("-", 2);
    used = Kernels.named(parts[0], parts[1]);
    arena = new NativeArena();
    workspace = new Workspace();
    MatrixProducts products = used.products();
    up = products.pack(random(INTERMEDIATE, WIDTH), new float[INTERMEDIATE], arena);
    down = products.pack(random(WIDTH, INTERMEDIATE), new float[WIDTH], arena);
    hidden = random(ROWS, WIDTH);
    input = products.operand(hidden, workspace);
    intermediate = products.newOperand(ROWS, INTERMEDIATE, workspace);
    query = products.operand(random(tokens, WIDTH), workspace);
    context = products.newOperand(tokens, WIDTH, workspace);
    scores = random(HEADS.count() * tokens, tokens);
    attention = products.operand(scores, workspace);
    block = new WeightBlock();
    rows = new SoftmaxRows();
    rows.resize(scores.rows());
    for (int row = 0; row < scores.rows(); row++) {
      rows.visible(row, 0, tokens);
    }
    gain = new float[WIDTH];
    gate = arena.matrix(ROWS, INTERMEDIATE);
    fillWithFixedPoints(gate);
    // results are only worth timing if they are right
    upWithGelu();
    for (float value : intermediate.rows(0, 1).exact(workspace).toArray()) {
      if (!Float.isFinite(value)) {
        throw new IllegalStateException("a projection gave " + value);
      }
    }
  }

  /** Numbers that activations leave as they are, so that they can be applied again and again. */
  private static void fillWithFixedPoints(Matrix matrix) {
    float[] row = new float[matrix.columns()];
    Arrays.fill(row, 0, row.length / 2, 30f);
    Arrays.fill(row, row.length / 2, row.length, 1f);
    for (int i = 0; i < matrix.rows(); i++) {
      matrix.writeRow(i, row, 0);
    }
  }

  private Matrix random(int count, int columns) {
    return Gaussian.matrix(arena, count, columns, 0.1f, new Random(count));
  }

  @TearDown(Level.Trial)
  public void free() {
    workspace.close();
    arena.close();
  }

  /** 1024 rows, 768 to 3072, with bias and activation. */
  @Benchmark
  public Operand upWithGelu() {
    used.products().linear(input, up, Activation.GELU, intermediate, workspace);
    return intermediate;
  }

  /** 1024 rows, 3072 to 768, with bias and residual. */
  @Benchmark
  public Matrix downWithResidual() {
    used.products().linearAdd(intermediate, down, hidden, workspace);
    return hidden;
  }

  /** 12 heads of one sequence. */
  @Benchmark
  public Matrix scores() {
    used.products().scores(query, query, HEADS, 0.125f, scores, workspace);
    return scores;
  }

  /** 12 heads of one sequence. */
  @Benchmark
  public Operand values() {
    used.products().values(attention, query, HEADS, context, workspace);
    return context;
  }

  /** 12 heads of one sequence, with the entropy of each row. */
  @Benchmark
  public SoftmaxRows softmax() {
    int count = WeightBlock.rowsOf(scores.columns());
    for (int first = 0; first < scores.rows(); first += count) {
      block.select(first, Math.min(count, scores.rows() - first), scores.columns());
      used.rowOperations().softmax(scores, rows, block, attention);
    }
    return rows;
  }

  /** 1024 rows of 768. */
  @Benchmark
  public Matrix layerNorm() {
    used.rowOperations().layerNorm(hidden, gain, gain, 1e-12f, hidden);
    return hidden;
  }

  /** 1024 rows of 1536. */
  @Benchmark
  public Matrix gelu() {
    used.rowOperations().activate(gate.columns(0, INTERMEDIATE / 2), Activation.GELU);
    return gate;
  }

  /** 1024 rows of 1536. */
  @Benchmark
  public Matrix geluTanh() {
    used.rowOperations().activate(gate.columns(0, INTERMEDIATE / 2), Activation.GELU_TANH);
    return gate;
  }

  /** 1024 rows of 1536. */
  @Benchmark
  public Matrix gateWithSilu() {
    int width = INTERMEDIATE / 2;
    used.rowOperations().gate(gate.columns(0, width), gate.columns(width, width), Activation.SILU);
    return gate;
  }
}
