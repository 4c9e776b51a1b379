package dev.headlight.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Products of each kernel against plain loops in float64, over odd shapes; and the same bits for
 * any number of rows.
 */
class MatrixProductsTest {
  private static final int[][] SHAPES = {
    {1, 1}, {3, 5}, {32, 32}, {33, 101}, {64, 96}, {384, 56}, {100, 768}
  };
  private static final int[] ROWS = {1, 2, 3, 15, 16, 17, 63, 65, 130, 333};

  static Stream<Kernels> kernels() {
    Stream<Kernels> nd4j =
        Stream.of(
            Kernels.named("nd4j"), new Kernels(Nd4jProducts.withoutBlas(), Rows.BEST, "fp32"));
    Stream<Kernels> oneDnn =
        Kernels.supportedPrecisions().stream().map(precision -> Kernels.named("onednn", precision));
    return Stream.of(nd4j, oneDnn, Stream.of(widened())).flatMap(kernels -> kernels);
  }

  /** What bf16 is on processors that oneDNN does not multiply it on. */
  private static Kernels widened() {
    return new Kernels(new WidenedProducts(Kernels.named("auto").products()), Rows.BEST, "bf16");
  }

  /** Those whose projections multiply multiples of 1/64 up to 2 without rounding them. */
  static Stream<Kernels> exactKernels() {
    return kernels().filter(kernels -> !kernels.precision().equals("int8"));
  }

  private static Matrix random(NativeArena arena, int rows, int columns, long seed) {
    Random random = new Random(seed);
    Matrix matrix = arena.matrix(rows, columns + 3).columns(2, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        // multiples of 1/64 up to 2 are exact in bfloat16
        matrix.set(i, j, (random.nextInt(257) - 128) / 64f);
      }
    }
    return matrix;
  }

  /** Values whose products are rounded, so that sums in another order are other bits. */
  private static Matrix inexact(NativeArena arena, int rows, int columns, long seed) {
    Random random = new Random(seed);
    Matrix matrix = arena.matrix(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, (float) random.nextGaussian());
      }
    }
    return matrix;
  }

  private static float[] bias(int outputs) {
    float[] bias = new float[outputs];
    for (int j = 0; j < outputs; j++) {
      bias[j] = j * 0.25f - 1;
    }
    return bias;
  }

  private static double product(Matrix input, int row, Matrix weight, int output) {
    double sum = 0;
    for (int k = 0; k < input.columns(); k++) {
      sum += (double) input.get(row, k) * weight.get(output, k);
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("exactKernels")
  void projectionsWithBiasActivationAndResidualEqualPlainLoops(Kernels kernels) {
    for (int[] shape : SHAPES) {
      for (Activation activation : Activation.values()) {
        try (NativeArena arena = new NativeArena();
            Workspace workspace = new Workspace()) {
          assertProjection(kernels, shape, 37, activation, arena, workspace);
        }
      }
    }
  }

  private static void assertProjection(
      Kernels kernels,
      int[] shape,
      int rows,
      Activation activation,
      NativeArena arena,
      Workspace workspace) {
    Matrix weight = random(arena, shape[0], shape[1], 1);
    Matrix input = random(arena, rows, shape[1], 2);
    Matrix output = random(arena, rows, shape[0], 3);
    Matrix added = random(arena, rows, shape[0], 3);
    float[] before = added.toArray();
    float[] bias = bias(shape[0]);
    PackedLinear packed = kernels.products().pack(weight, bias, arena);
    kernels.products().linear(input, packed, activation, output, workspace);
    Operand operand = kernels.products().operand(input, workspace);
    kernels.products().linearAdd(operand, packed, added, workspace);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < shape[0]; j++) {
        double expected = product(input, i, weight, j) + bias[j];
        double tolerance = 1e-6 * shape[1] + 3e-6 * Math.abs(expected);
        double activated = ActivationReference.apply(activation, expected);
        assertThat((double) output.get(i, j))
            .as("%s %s", kernels.name(), activation)
            .isCloseTo(
                activated,
                within(tolerance + 3e-6 * Math.abs(activated) + tolerance * Math.abs(expected)));
        assertThat((double) added.get(i, j))
            .isCloseTo(before[i * shape[0] + j] + expected, within(2 * tolerance));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void aRowHasTheSameBitsHoweverManyRowsThereAre(Kernels kernels) {
    for (int[] shape : SHAPES) {
      try (NativeArena arena = new NativeArena();
          Workspace workspace = new Workspace()) {
        PackedLinear packed =
            kernels.products().pack(inexact(arena, shape[0], shape[1], 1), bias(shape[0]), arena);
        Matrix input = inexact(arena, 1100, shape[1], 2);
        Matrix all = arena.matrix(1100, shape[0]);
        kernels.products().linear(input, packed, Activation.GELU, all, workspace);
        for (int rows : ROWS) {
          int first = (1100 - rows) / 3;
          Matrix some = arena.matrix(rows, shape[0]);
          kernels
              .products()
              .linear(input.rows(first, rows), packed, Activation.GELU, some, workspace);
          assertThat(some.toArray())
              .as("%d rows of %s", rows, all)
              .isEqualTo(all.rows(first, rows).toArray());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void attentionProductsOfGroupedHeadsEqualPlainLoops(Kernels kernels) {
    int[][] sizes = {{1, 1, 4}, {7, 11, 5}, {16, 64, 32}, {33, 129, 64}, {2, 300, 80}};
    HeadGroup[] groups = {
      new HeadGroup(1, 3, 2, 0), new HeadGroup(0, 4, 1, 0), new HeadGroup(0, 4, 4, 0)
    };
    for (int[] size : sizes) {
      for (HeadGroup group : groups) {
        int heads = group.count();
        int perKey = group.queriesPerKey();
        assertHeads(kernels, size, new HeadGroup(group.first(), heads, perKey, size[2]));
      }
    }
  }

  private static void assertHeads(Kernels kernels, int[] size, HeadGroup group) {
    int queries = size[0];
    int keys = size[1];
    int width = group.headDim();
    MatrixProducts products = kernels.products();
    try (NativeArena arena = new NativeArena();
        Workspace workspace = new Workspace()) {
      Operand query = products.operand(random(arena, queries, 4 * width, 1), workspace);
      Operand key = products.operand(random(arena, keys, 4 * width, 2), workspace);
      Matrix scores = random(arena, group.count() * queries, keys, 3);
      Operand context = products.newOperand(queries, 4 * width, workspace);
      products.scores(query, key, group, 0.5f, scores, workspace);
      Operand operand = products.operand(scores, workspace);
      products.values(operand, key, group, context, workspace);
      Matrix exactQuery = query.exact(workspace);
      Matrix exactKey = key.exact(workspace);
      Matrix weights = operand.exact(workspace);
      Matrix result = context.exact(workspace);
      boolean rounded = !kernels.precision().equals("fp32");
      for (int head = 0; head < group.count(); head++) {
        int queryColumn = group.queryColumn(head);
        int keyColumn = group.keyColumn(head);
        for (int r = 0; r < queries; r++) {
          int row = head * queries + r;
          for (int c = 0; c < keys; c++) {
            double dot = 0;
            for (int j = 0; j < width; j++) {
              dot += 0.5 * exactQuery.get(r, queryColumn + j) * exactKey.get(c, keyColumn + j);
            }
            assertThat((double) scores.get(row, c)).isCloseTo(dot, within(1e-4));
          }
          for (int j = 0; j < width; j++) {
            double sum = 0;
            double magnitude = 0;
            for (int c = 0; c < keys; c++) {
              double term = (double) weights.get(row, c) * exactKey.get(c, keyColumn + j);
              sum += term;
              magnitude += Math.abs(term);
            }
            double tolerance = 1e-6 * magnitude + (rounded ? Math.abs(sum) / 256 : 0) + 1e-6;
            assertThat((double) result.get(r, queryColumn + j)).isCloseTo(sum, within(tolerance));
          }
        }
      }
    }
  }

  @Test
  void bfloat16RoundsToNearestWithTiesToEven() {
    assertThat(BFloat16.round(1f)).isEqualTo((short) 0x3F80);
    assertThat(BFloat16.round(1f + 1f / 256)).isEqualTo((short) 0x3F80);
    assertThat(BFloat16.round(1f + 3f / 256)).isEqualTo((short) 0x3F82);
    assertThat(BFloat16.round(-1f - 2f / 256)).isEqualTo((short) 0xBF81);
  }
}
