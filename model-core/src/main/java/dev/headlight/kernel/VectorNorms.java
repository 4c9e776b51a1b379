package dev.headlight.kernel;

import static dev.headlight.kernel.VectorMath.FLOATS;
import static dev.headlight.kernel.VectorMath.LANES;
import static dev.headlight.kernel.VectorMemory.load;
import static dev.headlight.kernel.VectorMemory.store;
import static dev.headlight.kernel.VectorMemory.wholeVectors;

import dev.headlight.tensor.Matrix;
import jdk.incubator.vector.FloatVector;

/** Normalisation of rows on vectors. */
final class VectorNorms {
  private VectorNorms() {}

  /** As {@link RowOperations#layerNorm}. */
  static void layerNorm(Matrix input, float[] weight, float[] bias, float epsilon, Matrix output) {
    float[] shift = bias == null ? new float[weight.length] : bias;
    float[] lanes = new float[LANES];
    for (int i = 0; i < input.rows(); i++) {
      float mean = sum(input, i, lanes) / input.columns();
      float variance = squares(input, i, mean, lanes) / input.columns();
      float scale = (float) (1.0 / Math.sqrt((double) variance + epsilon));
      normalise(input, i, mean, scale, weight, shift, output);
    }
  }

  /** As {@link RowOperations#rmsNorm}. */
  static void rmsNorm(Matrix input, float[] weight, float epsilon, Matrix output) {
    float[] shift = new float[weight.length];
    float[] lanes = new float[LANES];
    for (int i = 0; i < input.rows(); i++) {
      float variance = squares(input, i, 0f, lanes) / input.columns();
      float scale = (float) (1.0 / Math.sqrt((double) variance + epsilon));
      normalise(input, i, 0f, scale, weight, shift, output);
    }
  }

  private static float sum(Matrix input, int row, float[] lanes) {
    int start = input.index(row);
    int whole = wholeVectors(input.columns());
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int j = 0; j < whole; j += LANES) {
      sums = sums.add(load(input.bytes(), start + j));
    }
    sums.intoArray(lanes, 0);
    float sum = FloatLanes.sum(lanes, 0);
    for (int j = whole; j < input.columns(); j++) {
      sum += input.get(row, j);
    }
    return sum;
  }

  /** Sum of squared distances from the mean. */
  private static float squares(Matrix input, int row, float mean, float[] lanes) {
    int start = input.index(row);
    int whole = wholeVectors(input.columns());
    FloatVector squares = FloatVector.zero(FLOATS);
    for (int j = 0; j < whole; j += LANES) {
      FloatVector centred = load(input.bytes(), start + j).sub(mean);
      squares = centred.fma(centred, squares);
    }
    squares.intoArray(lanes, 0);
    float sum = FloatLanes.sum(lanes, 0);
    for (int j = whole; j < input.columns(); j++) {
      float centred = input.get(row, j) - mean;
      sum = Math.fma(centred, centred, sum);
    }
    return sum;
  }

  private static void normalise(
      Matrix input,
      int row,
      float mean,
      float scale,
      float[] weight,
      float[] shift,
      Matrix output) {
    int from = input.index(row);
    int to = output.index(row);
    int whole = wholeVectors(input.columns());
    for (int j = 0; j < whole; j += LANES) {
      FloatVector normed = load(input.bytes(), from + j).sub(mean).mul(scale);
      FloatVector shifted =
          normed.fma(
              FloatVector.fromArray(FLOATS, weight, j), FloatVector.fromArray(FLOATS, shift, j));
      store(shifted, output.bytes(), to + j);
    }
    for (int j = whole; j < input.columns(); j++) {
      output.set(row, j, Math.fma((input.get(row, j) - mean) * scale, weight[j], shift[j]));
    }
  }
}
