package dev.headlight.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Projections in 8 bits against plain loops over the same rounded operands. */
class Int8ProductsTest {
  private static final int[][] SHAPES = {{32, 32}, {33, 101}, {64, 96}, {384, 56}, {100, 768}};
  private static final int ROWS = 77;

  private static MatrixProducts products() {
    assumeThat(Kernels.supportedPrecisions())
        .as("this processor multiplies bytes exactly")
        .contains("int8");
    return Kernels.named("onednn", "int8").products();
  }

  static Stream<RowOperations> rowOperations() {
    return Stream.of(ScalarRowOperations.INSTANCE, Rows.BEST);
  }

  static Stream<Activation> activations() {
    return Stream.of(Activation.values());
  }

  private static Matrix random(NativeArena arena, int rows, int columns, long seed) {
    Random random = new Random(seed);
    Matrix matrix = arena.matrix(rows, columns);
    for (int i = 0; i < rows; i++) {
      float size = (float) Math.exp(2 * random.nextGaussian());
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, size * (float) random.nextGaussian());
      }
    }
    return matrix;
  }

  /** The values that bytes and scales stand for. */
  private static double[][] rounded(Matrix values) {
    double[][] result = new double[values.rows()][values.columns()];
    for (int i = 0; i < values.rows(); i++) {
      float largest = 0;
      for (int j = 0; j < values.columns(); j++) {
        largest = Math.max(largest, Math.abs(values.get(i, j)));
      }
      for (int j = 0; j < values.columns(); j++) {
        int stored = Int8.round(values.get(i, j), Int8.inverse(largest));
        result[i][j] = stored * (double) largest / 127;
      }
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("activations")
  void projectionsEqualPlainLoopsOverRoundedOperands(Activation activation) {
    MatrixProducts products = products();
    for (int[] shape : SHAPES) {
      try (NativeArena arena = new NativeArena();
          Workspace workspace = new Workspace()) {
        Matrix weight = random(arena, shape[0], shape[1], 1);
        float[] bias = random(arena, 1, shape[0], 4).toArray();
        PackedLinear packed = products.pack(weight, bias, arena);
        Operand input = products.operand(random(arena, ROWS, shape[1], 2), workspace);
        Matrix plain = arena.matrix(ROWS, shape[0]);
        Operand again = products.newOperand(ROWS, shape[0], workspace);
        Matrix added = random(arena, ROWS, shape[0], 3);
        float[] before = added.toArray();

        products.linear(input, packed, activation, plain, workspace);
        products.linear(input, packed, activation, again, workspace);
        products.linearAdd(input, packed, added, workspace);

        double[][] left = rounded(input.exact(workspace));
        double[][] right = rounded(weight);
        Matrix inBfloat16 = again.exact(workspace);
        for (int i = 0; i < ROWS; i++) {
          for (int j = 0; j < shape[0]; j++) {
            double sum = bias[j];
            double size = Math.abs(sum);
            for (int k = 0; k < shape[1]; k++) {
              sum += left[i][k] * right[j][k];
              size += Math.abs(left[i][k] * right[j][k]);
            }
            double expected = ActivationReference.apply(activation, sum);
            double slope = activation == Activation.RELU_SQUARED ? 2 * Math.abs(sum) + size : 1.2;
            double tolerance = 1e-5 * size * slope + 1e-6 * Math.abs(expected);
            float value = plain.get(i, j);
            assertThat((double) value).isCloseTo(expected, within(tolerance));
            assertThat(inBfloat16.get(i, j)).isEqualTo(widened(BFloat16.round(value)));
            assertThat((double) added.get(i, j))
                .isCloseTo(before[i * shape[0] + j] + sum, within(1e-5 * size + 1e-5));
          }
        }
      }
    }
  }

  private static float widened(short stored) {
    return Float.intBitsToFloat(stored << Short.SIZE);
  }

  @ParameterizedTest
  @MethodSource("rowOperations")
  void rowsAreRoundedToTheNearestByteOfTheirOwnScale(RowOperations rows) {
    int columns = 53;
    try (NativeArena arena = new NativeArena();
        Workspace workspace = new Workspace()) {
      Matrix values = random(arena, ROWS, columns, 5);
      Operand.BFloats source = BFloat16.take(ROWS, columns, columns, workspace);
      BFloat16.round(values, source);
      ByteBuffer bytes = ByteBuffer.allocateDirect(ROWS * columns);
      float[] scales = new float[ROWS];

      rows.quantize(source, bytes, scales);

      for (int i = 0; i < ROWS; i++) {
        int largest = 0;
        for (int j = 0; j < columns; j++) {
          int stored = bytes.get(i * columns + j);
          largest = Math.max(largest, Math.abs(stored));
          double exact = BFloat16.get(source, i, j) / (double) scales[i];
          assertThat((double) stored).isCloseTo(exact, within(0.5001));
        }
        assertThat(largest).isEqualTo(127);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rowOperations")
  void zerosStayZerosAndWhatIsNotFiniteSpoilsItsOwnRowOnly(RowOperations rows) {
    int columns = 40;
    try (NativeArena arena = new NativeArena();
        Workspace workspace = new Workspace()) {
      Matrix values = random(arena, 4, columns, 6);
      for (int j = 0; j < columns; j++) {
        values.set(0, j, 0f);
      }
      values.set(1, 3, Float.NaN);
      values.set(2, 39, Float.POSITIVE_INFINITY);
      Operand.BFloats source = BFloat16.take(4, columns, columns, workspace);
      BFloat16.round(values, source);
      ByteBuffer bytes = ByteBuffer.allocateDirect(4 * columns);
      float[] scales = new float[4];
      float[] ones = new float[columns];
      Arrays.fill(ones, 1f);

      rows.quantize(source, bytes, scales);
      Matrix sums = arena.matrix(4, columns);
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < columns; j++) {
          sums.set(i, j, bytes.get(i * columns + j));
        }
      }
      rows.dequantize(sums, scales, ones, new float[columns], sums);

      assertThat(sums.rows(0, 1).toArray()).containsOnly(0f);
      assertThat(sums.rows(1, 1).toArray()).containsOnly(Float.NaN);
      assertThat(sums.rows(2, 1).toArray()).containsOnly(Float.NaN);
      for (int j = 0; j < columns; j++) {
        assertThat(sums.get(3, j)).isCloseTo(values.get(3, j), within(scales[3] * 0.6f));
      }
    }
  }

  @Test
  void narrowProjectionsAreNotRoundedToBytes() {
    MatrixProducts products = products();
    try (NativeArena arena = new NativeArena();
        Workspace workspace = new Workspace()) {
      Matrix weight = random(arena, 3, 64, 7);
      Matrix input = random(arena, 5, 64, 8);
      Matrix output = arena.matrix(5, 3);

      products.linear(
          input, products.pack(weight, null, arena), Activation.NONE, output, workspace);

      double expected = 0;
      double size = 0;
      for (int k = 0; k < 64; k++) {
        expected += (double) input.get(4, k) * weight.get(2, k);
        size += Math.abs((double) input.get(4, k) * weight.get(2, k));
      }
      assertThat((double) output.get(4, 2)).isCloseTo(expected, within(size / 128));
    }
  }

  @Test
  void aProcessorThatCutsSumsOffIsRefused() {
    assertThat(Kernels.supportedPrecisions()).startsWith("fp32", "bf16");
    if (!Kernels.supportedPrecisions().contains("int8")) {
      assertThatThrownBy(() -> Kernels.named("onednn", "int8"))
          .hasMessageContaining("needs a processor with instructions for products of bytes");
    }
    assertThatThrownBy(() -> Kernels.named("nd4j", "int8"))
        .hasMessageContaining("precision int8 needs kernels onednn, found nd4j");
  }
}
