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
    return Stream.of(
        Kernels.named("nd4j"), Kernels.named("onednn"), Kernels.named("onednn", "bf16"));
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
  @MethodSource("kernels")
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
    kernels.products().linearAdd(input, packed, added, workspace);
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
            kernels.products().pack(random(arena, shape[0], shape[1], 1), bias(shape[0]), arena);
        Matrix input = random(arena, 1100, shape[1], 2);
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
    int headDim = 5;
    HeadGroup group = new HeadGroup(1, 3, 2, headDim);
    try (NativeArena arena = new NativeArena()) {
      Matrix query = random(arena, 7, 4 * headDim, 1);
      Matrix key = random(arena, 11, 2 * headDim, 2);
      Matrix scores = random(arena, 3 * 7, 11, 3);
      Matrix context = random(arena, 7, 4 * headDim, 4);
      kernels.products().scores(query, key, group, 0.5f, scores);
      kernels.products().values(scores, key, group, context);
      for (int head = 1; head <= 3; head++) {
        for (int r = 0; r < 7; r++) {
          assertHead(query, key, scores, context, head, r, headDim);
        }
      }
    }
  }

  private static void assertHead(
      Matrix query, Matrix key, Matrix scores, Matrix context, int head, int r, int headDim) {
    double[] sums = new double[headDim];
    for (int c = 0; c < key.rows(); c++) {
      double dot = 0;
      for (int j = 0; j < headDim; j++) {
        dot += 0.5 * query.get(r, head * headDim + j) * key.get(c, head / 2 * headDim + j);
      }
      assertThat((double) scores.get((head - 1) * 7 + r, c)).isCloseTo(dot, within(1e-4));
      for (int j = 0; j < headDim; j++) {
        sums[j] += dot * key.get(c, head / 2 * headDim + j);
      }
    }
    for (int j = 0; j < headDim; j++) {
      assertThat((double) context.get(r, head * headDim + j)).isCloseTo(sums[j], within(1e-3));
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
