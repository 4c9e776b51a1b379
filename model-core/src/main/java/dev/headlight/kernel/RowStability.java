package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.util.Optional;
import java.util.Random;

/**
 * Tries whether a row of a linear projection has the same bits whatever the number of rows beside
 * it, which is what makes a sequence's results independent of its batch.
 */
final class RowStability {
  /** Inputs and outputs of projections: odd, small, tall, wide, and those of usual models. */
  private static final int[][] SHAPES = {
    {7, 5}, {32, 96}, {64, 64}, {129, 31}, {384, 1536}, {768, 768}, {1536, 384}
  };

  private static final int[] ROWS = {1, 2, 3, 7, 16, 33, 64, 128, 200, 257};

  private RowStability() {}

  /** The first projection found whose rows differ, or nothing. */
  static Optional<String> violation(MatrixProducts products) {
    for (int[] shape : SHAPES) {
      Optional<String> violation = violation(products, shape[0], shape[1]);
      if (violation.isPresent()) {
        return violation;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> violation(MatrixProducts products, int inputs, int outputs) {
    Random random = new Random(17);
    int most = ROWS[ROWS.length - 1];
    try (NativeArena arena = new NativeArena();
        Workspace workspace = new Workspace()) {
      PackedLinear weights =
          products.pack(fill(arena.matrix(outputs, inputs), random), bias(outputs, random), arena);
      Matrix input = fill(arena.matrix(most, inputs), random);
      Matrix all = arena.matrix(most, outputs);
      products.linear(input, weights, Activation.NONE, all, workspace);
      float[] expected = all.toArray();
      for (int rows : ROWS) {
        // The last rows, so that neither the place in memory nor the number is the same.
        Matrix output = arena.matrix(rows, outputs);
        products.linear(input.rows(most - rows, rows), weights, Activation.NONE, output, workspace);
        if (!sameBits(output.toArray(), expected, (most - rows) * outputs)) {
          return Optional.of(
              "%d rows of a %d x %d projection differ from the same rows among %d"
                  .formatted(rows, outputs, inputs, most));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean sameBits(float[] found, float[] expected, int from) {
    for (int i = 0; i < found.length; i++) {
      if (Float.floatToRawIntBits(found[i]) != Float.floatToRawIntBits(expected[from + i])) {
        return false;
      }
    }
    return true;
  }

  private static Matrix fill(Matrix matrix, Random random) {
    for (int row = 0; row < matrix.rows(); row++) {
      matrix.writeRow(row, bias(matrix.columns(), random), 0);
    }
    return matrix;
  }

  private static float[] bias(int length, Random random) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
