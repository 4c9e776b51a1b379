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
 * Scalar and vector row operations against plain formulas in float64, over widths around and
 * between vector lengths.
 */
class RowOperationsTest {
  static final int[] WIDTHS = {1, 2, 7, 15, 16, 17, 31, 33, 48, 64, 100, 129, 304, 513};
  private static final int ROWS = 5;

  static Stream<RowOperations> implementations() {
    return Stream.of(new ScalarRowOperations(), new VectorRowOperations());
  }

  static Matrix random(NativeArena arena, int rows, int columns, double scale, long seed) {
    int stride = (columns + 15) / 16 * 16;
    Matrix matrix = arena.matrix(rows, stride).columns(0, columns);
    Random random = new Random(seed);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, (float) (random.nextGaussian() * scale));
      }
    }
    return matrix;
  }

  private static float[] randomArray(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void wideningGivesTheNumbersThatRoundingStored(RowOperations operations) {
    for (int width : WIDTHS) {
      try (NativeArena arena = new NativeArena();
          Workspace workspace = new Workspace()) {
        Matrix values = random(arena, ROWS, width, 4, width);
        Operand.BFloats rounded = BFloat16.take(ROWS, width + 3, width + 3, workspace);
        Operand.BFloats narrow = (Operand.BFloats) rounded.columns(2, width);
        operations.round(values, narrow);
        Matrix wide = arena.matrix(ROWS, width + 5).columns(1, width);
        operations.widen(narrow, wide);
        for (int i = 0; i < ROWS; i++) {
          for (int j = 0; j < width; j++) {
            float expected = Float.intBitsToFloat(BFloat16.round(values.get(i, j)) << 16);
            assertThat(wide.get(i, j)).isEqualTo(expected);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void normsEqualTheirDefinition(RowOperations operations) {
    for (int width : WIDTHS) {
      try (NativeArena arena = new NativeArena()) {
        Matrix input = random(arena, ROWS, width, 3, width);
        float[] weight = randomArray(width, 1);
        float[] bias = randomArray(width, 2);
        Matrix layer = random(arena, ROWS, width, 1, 0);
        Matrix rms = random(arena, ROWS, width, 1, 0);
        operations.layerNorm(input, weight, bias, 1e-5f, layer);
        operations.rmsNorm(input, weight, 1e-5f, rms);
        for (int i = 0; i < ROWS; i++) {
          assertNorms(input, i, weight, bias, layer, rms);
        }
      }
    }
  }

  private static void assertNorms(
      Matrix input, int row, float[] weight, float[] bias, Matrix layer, Matrix rms) {
    int width = input.columns();
    double mean = 0;
    double squares = 0;
    for (int j = 0; j < width; j++) {
      mean += (double) input.get(row, j) / width;
      squares += (double) input.get(row, j) * input.get(row, j) / width;
    }
    double variance = 0;
    for (int j = 0; j < width; j++) {
      variance += Math.pow(input.get(row, j) - mean, 2) / width;
    }
    for (int j = 0; j < width; j++) {
      double normed =
          (input.get(row, j) - mean) / Math.sqrt(variance + 1e-5f) * weight[j] + bias[j];
      assertThat((double) layer.get(row, j)).isCloseTo(normed, within(1e-5));
      double scaled = input.get(row, j) / Math.sqrt(squares + 1e-5f) * weight[j];
      assertThat((double) rms.get(row, j)).isCloseTo(scaled, within(1e-5));
    }
  }

  @Test
  void vectorsGiveTheBitsOfTheScalarFormulasForEveryActivation() {
    for (Activation activation : Activation.values()) {
      for (int width : WIDTHS) {
        try (NativeArena arena = new NativeArena()) {
          Matrix scalar = random(arena, ROWS, width, 6, width);
          Matrix vector = random(arena, ROWS, width, 6, width);
          new ScalarRowOperations().activate(scalar, activation);
          new VectorRowOperations().activate(vector, activation);
          assertThat(vector.toArray())
              .as("%s of width %d", activation, width)
              .isEqualTo(scalar.toArray());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void activationsEqualTheirDefinition(RowOperations operations) {
    for (Activation activation : Activation.values()) {
      try (NativeArena arena = new NativeArena()) {
        Matrix values = random(arena, ROWS, 513, 5, 3);
        float[] before = values.toArray();
        operations.activate(values, activation);
        float[] after = values.toArray();
        for (int i = 0; i < before.length; i++) {
          double expected = ActivationReference.apply(activation, before[i]);
          assertThat((double) after[i])
              .as("%s(%s)", activation, before[i])
              .isCloseTo(expected, within(1e-6 * (1 + Math.abs(before[i]))));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void rotationKeepsLengthsAndTurnsByTheAngle(RowOperations operations) {
    for (int pairs : new int[] {1, 3, 8, 16, 20, 32}) {
      int headDim = 2 * pairs + 3;
      try (NativeArena arena = new NativeArena()) {
        Matrix heads = random(arena, 4, 3 * headDim, 1, pairs);
        float[] before = heads.toArray();
        float[] cosine = new float[4 * pairs];
        float[] sine = new float[4 * pairs];
        for (int i = 0; i < cosine.length; i++) {
          cosine[i] = (float) Math.cos(i * 0.7);
          sine[i] = (float) Math.sin(i * 0.7);
        }
        operations.rotate(heads, headDim, pairs, cosine, sine);
        float[] after = heads.toArray();
        for (int i = 0; i < before.length; i++) {
          int t = i / (3 * headDim);
          int j = i % headDim;
          int pair = j < pairs ? i + pairs : i - pairs;
          double sign = j < pairs ? -1 : 1;
          int angle = t * pairs + j % pairs;
          double expected =
              j >= 2 * pairs
                  ? before[i]
                  : before[i] * cosine[angle] + sign * before[pair] * sine[angle];
          assertThat((double) after[i]).isCloseTo(expected, within(1e-6));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void gateSoftCapAndSumsEqualTheirDefinition(RowOperations operations) {
    for (int width : WIDTHS) {
      try (NativeArena arena = new NativeArena()) {
        Matrix gate = random(arena, ROWS, width, 2, 1);
        Matrix up = random(arena, ROWS, width, 2, 2);
        float[] g = gate.toArray();
        float[] u = up.toArray();
        float[] addend = randomArray(width + 4, 9);
        operations.gate(gate, up, Activation.SILU);
        operations.add(gate, up);
        operations.softCap(up, 1.5f);
        operations.addToRow(up, 2, addend, 4);
        for (int i = 0; i < g.length; i++) {
          double gated = ActivationReference.apply(Activation.SILU, g[i]) * u[i];
          double expected =
              1.5 * Math.tanh((gated + u[i]) / 1.5) + (i / width == 2 ? addend[4 + i % width] : 0);
          assertThat((double) up.toArray()[i]).isCloseTo(expected, within(4e-6));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void productsAddedToAMatrixEqualPlainLoops(RowOperations operations) {
    for (int width : WIDTHS) {
      for (int[] shape : new int[][] {{1, 1}, {3, 3}, {4, 5}, {50, 7}}) {
        try (NativeArena arena = new NativeArena()) {
          Matrix input = random(arena, shape[0], width, 1, 1);
          Matrix weight = random(arena, shape[1], width, 1, 2);
          Matrix output = random(arena, shape[0], shape[1], 1, 3);
          float[] before = output.toArray();
          operations.addProducts(input, weight, output);
          for (int i = 0; i < before.length; i++) {
            double expected = before[i];
            for (int k = 0; k < width; k++) {
              expected += (double) input.get(i / shape[1], k) * weight.get(i % shape[1], k);
            }
            assertThat((double) output.toArray()[i]).isCloseTo(expected, within(2e-5));
          }
        }
      }
    }
  }
}
