package dev.headlight.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scalar and vector softmax against its definition in float64, in blocks of rows. */
class SoftmaxTest {
  private static final int ROWS = 5;

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
  @MethodSource("dev.headlight.kernel.RowOperationsTest#implementations")
  void softmaxRoundsWhatProductsMultiplyInBfloat16(RowOperations operations) {
    for (int width : RowOperationsTest.WIDTHS) {
      try (NativeArena arena = new NativeArena();
          Workspace workspace = new Workspace()) {
        Matrix scores = RowOperationsTest.random(arena, ROWS, width, 4, width);
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
  @MethodSource("dev.headlight.kernel.RowOperationsTest#implementations")
  void softmaxOfVisibleKeysEqualsItsDefinitionAndOtherKeysGetZero(RowOperations operations) {
    for (int width : RowOperationsTest.WIDTHS) {
      try (NativeArena arena = new NativeArena()) {
        Matrix scores = RowOperationsTest.random(arena, ROWS, width, 4, width);
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
  @MethodSource("dev.headlight.kernel.RowOperationsTest#implementations")
  void softmaxBearsVeryLargeScores(RowOperations operations) {
    try (NativeArena arena = new NativeArena()) {
      Matrix scores = RowOperationsTest.random(arena, 1, 33, 1e4, 1);
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
  @MethodSource("dev.headlight.kernel.RowOperationsTest#implementations")
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
      Matrix scores = RowOperationsTest.random(arena, 2, 48, 1, 5).columns(0, width);
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
}
