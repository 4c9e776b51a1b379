package dev.headlight.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.util.Arrays;
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
  private static final int[] WIDTHS = {1, 2, 7, 15, 16, 17, 31, 33, 48, 64, 100, 129, 304, 513};
  private static final int ROWS = 5;

  static Stream<RowOperations> implementations() {
    return Stream.of(new ScalarRowOperations(), new VectorRowOperations());
  }

  private static Matrix random(NativeArena arena, int rows, int columns, double scale, long seed) {
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

  /** In place, in blocks of rows, whose weights must be the same. */
  private static void softmax(RowOperations operations, Matrix scores, SoftmaxRows rows) {
    WeightBlock block = new WeightBlock();
    for (int first = 0; first < scores.rows(); first += 2) {
      block.select(first, Math.min(2, scores.rows() - first), scores.columns());
      Arrays.fill(block.weights(), Float.NaN);
      operations.softmax(scores, rows, block, new Operand.Floats(scores));
      for (int i = 0; i < block.rows(); i++) {
        float[] expected = new float[block.stride()];
        scores.readRow(first + i, expected, 0);
        int at = i * block.stride();
        assertThat(Arrays.copyOfRange(block.weights(), at, at + block.stride()))
            .isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void softmaxRoundsWhatProductsMultiplyInBfloat16(RowOperations operations) {
    for (int width : WIDTHS) {
      try (NativeArena arena = new NativeArena();
          Workspace workspace = new Workspace()) {
        Matrix scores = random(arena, ROWS, width, 4, width);
        Operand.BFloats rounded = BFloat16.take(ROWS, width, width, workspace);
        for (int i = 0; i < rounded.bytes().capacity() / Short.BYTES; i++) {
          rounded.bytes().putShort(i * Short.BYTES, (short) -1);
        }
        SoftmaxRows rows = new SoftmaxRows();
        rows.resize(ROWS);
        for (int i = 0; i < ROWS; i++) {
          rows.visible(i, Math.min(i * 7, width - 1), width - (width > 40 ? i * 2 : 0));
        }
        WeightBlock block = new WeightBlock();
        block.select(1, ROWS - 2, width);
        operations.softmax(scores, rows, block, rounded);
        for (int i = 0; i < block.rows(); i++) {
          for (int j = 0; j < width; j++) {
            short expected = BFloat16.round(block.weights()[i * block.stride() + j]);
            assertThat(rounded.get(1 + i, j)).isEqualTo(Float.intBitsToFloat(expected << 16));
          }
        }
        assertThat(rounded.get(0, 0)).as("a row of another block").isNaN();
        assertThat(rounded.get(ROWS - 1, 0)).as("a row of another block").isNaN();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void softmaxOfVisibleKeysEqualsItsDefinitionAndOtherKeysGetZero(RowOperations operations) {
    for (int width : WIDTHS) {
      try (NativeArena arena = new NativeArena()) {
        Matrix scores = random(arena, ROWS, width, 4, width);
        float[] before = scores.toArray();
        SoftmaxRows rows = new SoftmaxRows();
        rows.resize(ROWS);
        for (int i = 0; i < ROWS; i++) {
          rows.visible(
              i,
              Math.min(i * 3, width - 1),
              width - Math.min(i, width - 1 - Math.min(i * 3, width - 1)));
        }
        softmax(operations, scores, rows);
        for (int i = 0; i < ROWS; i++) {
          assertSoftmax(scores, before, i, rows);
        }
      }
    }
  }

  private static void assertSoftmax(Matrix actual, float[] scores, int row, SoftmaxRows rows) {
    int width = actual.columns();
    double max = Double.NEGATIVE_INFINITY;
    for (int j = rows.from(row); j < rows.to(row); j++) {
      max = Math.max(max, scores[row * width + j]);
    }
    double sum = 0;
    for (int j = rows.from(row); j < rows.to(row); j++) {
      sum += Math.exp(scores[row * width + j] - max);
    }
    double entropy = 0;
    for (int j = 0; j < width; j++) {
      if (j < rows.from(row) || j >= rows.to(row)) {
        assertThat(actual.get(row, j)).isZero();
        continue;
      }
      double p = Math.exp(scores[row * width + j] - max) / sum;
      entropy -= p * Math.log(p);
      // the distance from the largest score, up to 20 here, is itself rounded to float32
      assertThat((double) actual.get(row, j)).isCloseTo(p, within(1.5e-6 * p + 1e-37));
    }
    assertThat((double) rows.entropy(row)).isCloseTo(entropy, within(2e-6 * (1 + entropy)));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void softmaxBearsVeryLargeScores(RowOperations operations) {
    try (NativeArena arena = new NativeArena()) {
      Matrix scores = random(arena, 1, 33, 1e4, 1);
      SoftmaxRows rows = new SoftmaxRows();
      rows.resize(1);
      rows.visible(0, 0, 33);
      softmax(operations, scores, rows);
      double sum = 0;
      for (int j = 0; j < 33; j++) {
        sum += scores.get(0, j);
      }
      assertThat(sum).isCloseTo(1, within(1e-6));
      assertThat(rows.entropy(0)).isBetween(0f, 1e-3f);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void scoresThatAreNoNumbersStayVisible(RowOperations operations) {
    float negativeNan = Float.intBitsToFloat(0xFFC00000);
    for (float wrong : new float[] {Float.NaN, negativeNan, Float.POSITIVE_INFINITY}) {
      for (int width : new int[] {37, 48}) {
        assertWrongScoreShows(operations, width, wrong);
      }
    }
  }

  private static void assertWrongScoreShows(RowOperations operations, int width, float wrong) {
    try (NativeArena arena = new NativeArena()) {
      Matrix scores = random(arena, 2, 48, 1, 5).columns(0, width);
      scores.set(0, 20, wrong);
      SoftmaxRows rows = new SoftmaxRows();
      rows.resize(2);
      rows.visible(0, 1, 36);
      rows.visible(1, 1, 36);
      softmax(operations, scores, rows);
      float sum = 0;
      for (int j = 0; j < width; j++) {
        sum += scores.get(0, j);
      }
      assertThat(sum).isNaN();
      assertThat(rows.entropy(0)).isNaN();
      assertThat(scores.get(1, 20)).isBetween(0f, 1f);
      assertThat(rows.entropy(1)).isBetween(1f, 4f);
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
