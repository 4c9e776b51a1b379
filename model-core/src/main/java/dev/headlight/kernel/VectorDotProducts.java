package dev.headlight.kernel;

import static dev.headlight.kernel.VectorMath.FLOATS;
import static dev.headlight.kernel.VectorMath.LANES;
import static dev.headlight.kernel.VectorMath.ORDER;
import static dev.headlight.kernel.VectorMemory.wholeVectors;

import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/**
 * Products of rows with rows of weights on vectors, each summed in one fixed order: lanes along the
 * row, then the lanes in halves, then what is left of the row. Tiles of three rows and three
 * outputs keep nine sums in registers; what does not fill a tile is summed by the same steps.
 */
final class VectorDotProducts {
  private static final int TILE = 3;

  /** Rows that stay in the second-level cache while all weights pass by. */
  private static final int ROWS_IN_CACHE = 48;

  private VectorDotProducts() {}

  /** As {@link RowOperations#addProducts}. */
  static void add(Matrix input, Matrix weight, Matrix output) {
    float[] sums = new float[TILE * TILE * LANES];
    for (int first = 0; first < input.rows(); first += ROWS_IN_CACHE) {
      int end = Math.min(input.rows(), first + ROWS_IN_CACHE);
      for (int j = 0; j < weight.rows(); j += TILE) {
        int outputs = Math.min(TILE, weight.rows() - j);
        for (int i = first; i < end; i += TILE) {
          Tile tile = new Tile(i, Math.min(TILE, end - i), j, outputs);
          multiply(input, weight, tile, sums);
          finish(input, weight, tile, sums, output);
        }
      }
    }
  }

  /** Some rows of the input by some of the weights. */
  private record Tile(int row, int rows, int output, int outputs) {
    /** Where in the sums those of a row and an output stand. */
    static int place(int row, int column) {
      return (row * TILE + column) * LANES;
    }
  }

  private static void multiply(Matrix input, Matrix weight, Tile tile, float[] sums) {
    int i = tile.row();
    int j = tile.output();
    if (tile.rows() == TILE && tile.outputs() == TILE) {
      int[] starts = {input.index(i), input.index(i + 1), input.index(i + 2)};
      nine(input, starts, weight, weight.index(j), weight.stride(), sums);
      return;
    }
    for (int row = 0; row < tile.rows(); row++) {
      for (int column = 0; column < tile.outputs(); column++) {
        int place = Tile.place(row, column);
        one(input, input.index(i + row), weight, weight.index(j + column), sums, place);
      }
    }
  }

  private static void finish(Matrix input, Matrix weight, Tile tile, float[] sums, Matrix output) {
    for (int row = 0; row < tile.rows(); row++) {
      for (int column = 0; column < tile.outputs(); column++) {
        int i = tile.row() + row;
        int j = tile.output() + column;
        float sum = FloatLanes.sum(sums, Tile.place(row, column));
        output.set(i, j, output.get(i, j) + withRest(input, i, weight, j, sum));
      }
    }
  }

  private static void nine(
      Matrix input, int[] starts, Matrix weight, int start, int stride, float[] sums) {
    ByteBuffer x = input.bytes();
    ByteBuffer w = weight.bytes();
    int bytes = wholeVectors(input.columns()) * Float.BYTES;
    int x0 = starts[0] * Float.BYTES;
    int x1 = starts[1] * Float.BYTES;
    int x2 = starts[2] * Float.BYTES;
    int w0 = start * Float.BYTES;
    int w1 = w0 + stride * Float.BYTES;
    int w2 = w1 + stride * Float.BYTES;
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector s00 = zero, s01 = zero, s02 = zero;
    FloatVector s10 = zero, s11 = zero, s12 = zero;
    FloatVector s20 = zero, s21 = zero, s22 = zero;
    for (int k = 0; k < bytes; k += LANES * Float.BYTES) {
      FloatVector a = FloatVector.fromByteBuffer(FLOATS, x, x0 + k, ORDER);
      FloatVector b = FloatVector.fromByteBuffer(FLOATS, x, x1 + k, ORDER);
      FloatVector c = FloatVector.fromByteBuffer(FLOATS, x, x2 + k, ORDER);
      FloatVector v = FloatVector.fromByteBuffer(FLOATS, w, w0 + k, ORDER);
      s00 = a.fma(v, s00);
      s10 = b.fma(v, s10);
      s20 = c.fma(v, s20);
      v = FloatVector.fromByteBuffer(FLOATS, w, w1 + k, ORDER);
      s01 = a.fma(v, s01);
      s11 = b.fma(v, s11);
      s21 = c.fma(v, s21);
      v = FloatVector.fromByteBuffer(FLOATS, w, w2 + k, ORDER);
      s02 = a.fma(v, s02);
      s12 = b.fma(v, s12);
      s22 = c.fma(v, s22);
    }
    s00.intoArray(sums, 0);
    s01.intoArray(sums, LANES);
    s02.intoArray(sums, 2 * LANES);
    s10.intoArray(sums, 3 * LANES);
    s11.intoArray(sums, 4 * LANES);
    s12.intoArray(sums, 5 * LANES);
    s20.intoArray(sums, 6 * LANES);
    s21.intoArray(sums, 7 * LANES);
    s22.intoArray(sums, 8 * LANES);
  }

  private static void one(
      Matrix input, int from, Matrix weight, int start, float[] sums, int place) {
    int whole = wholeVectors(input.columns());
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int k = 0; k < whole; k += LANES) {
      sum =
          VectorMemory.load(input.bytes(), from + k)
              .fma(VectorMemory.load(weight.bytes(), start + k), sum);
    }
    sum.intoArray(sums, place);
  }

  /** Adds what is left of a row behind its whole vectors. */
  private static float withRest(Matrix input, int row, Matrix weight, int output, float sum) {
    float all = sum;
    for (int k = wholeVectors(input.columns()); k < input.columns(); k++) {
      all = Math.fma(input.get(row, k), weight.get(output, k), all);
    }
    return all;
  }
}
