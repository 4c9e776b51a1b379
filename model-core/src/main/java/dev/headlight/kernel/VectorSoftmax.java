package dev.headlight.kernel;

import static dev.headlight.kernel.VectorMath.FLOATS;
import static dev.headlight.kernel.VectorMath.LANES;
import static dev.headlight.kernel.VectorMemory.load;
import static dev.headlight.kernel.VectorMemory.store;

import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax of rows that begin at whole vectors, with the entropy of each: {@code ln Z - sum p z},
 * with z relative to the row's largest score, so that no logarithm of a weight is taken.
 *
 * <p>All rows of a tile go through three passes. They are called through one place of three
 * targets, which the compiler does not inline: as one method they are too large for it, and vectors
 * that it gives up on are allocated, which makes them six times as slow.
 */
final class VectorSoftmax {
  /** exp is 0 there, and z is finite also where the mask makes it minus infinity. */
  private static final float SMALLEST = -104f;

  private interface Pass {
    void run(Matrix scores, SoftmaxRows rows);
  }

  private static final Pass[] PASSES = {
    VectorSoftmax::largest, VectorSoftmax::exponentials, VectorSoftmax::normalize
  };

  private VectorSoftmax() {}

  /** In place. Rows have room for whole vectors behind their last column. */
  static void apply(Matrix scores, SoftmaxRows rows) {
    rows.reserve(scores.rows(), LANES);
    for (Pass pass : PASSES) {
      pass.run(scores, rows);
    }
  }

  /** First element of the vectors that cover what a row sees. */
  private static int first(Matrix scores, SoftmaxRows rows, int row) {
    return scores.index(row) + rows.from(row) / LANES * LANES;
  }

  /** One past the last element of these vectors. */
  private static int end(Matrix scores, SoftmaxRows rows, int row) {
    return scores.index(row) + (rows.to(row) + LANES - 1) / LANES * LANES;
  }

  /** Hides what the vectors cover beside the visible scores, and finds the largest of those. */
  private static void largest(Matrix scores, SoftmaxRows rows) {
    for (int row = 0; row < scores.rows(); row++) {
      int start = scores.index(row);
      int first = first(scores, rows, row);
      int end = end(scores, rows, row);
      for (int j = first; j < start + rows.from(row); j++) {
        scores.floats().put(j, Float.NEGATIVE_INFINITY);
      }
      for (int j = start + rows.to(row); j < end; j++) {
        scores.floats().put(j, Float.NEGATIVE_INFINITY);
      }
      rows.largest[row] = largest(scores.bytes(), first, end);
    }
  }

  /** As integers in the order of floats, of which the largest is found several times as fast. */
  private static float largest(ByteBuffer bytes, int first, int end) {
    IntVector even = IntVector.broadcast(VectorMath.INTS, Integer.MIN_VALUE);
    IntVector odd = even;
    int j = first;
    for (; j + LANES < end; j += 2 * LANES) {
      even = even.max(VectorMath.inOrder(load(bytes, j).reinterpretAsInts()));
      odd = odd.max(VectorMath.inOrder(load(bytes, j + LANES).reinterpretAsInts()));
    }
    if (j < end) {
      even = even.max(VectorMath.inOrder(load(bytes, j).reinterpretAsInts()));
    }
    int largest = even.max(odd).reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(VectorMath.inOrder(largest));
  }

  private static void exponentials(Matrix scores, SoftmaxRows rows) {
    ByteBuffer bytes = scores.bytes();
    for (int row = 0; row < scores.rows(); row++) {
      float largest = rows.largest[row];
      int end = end(scores, rows, row);
      FloatVector sums = FloatVector.zero(FLOATS);
      FloatVector weighted = FloatVector.zero(FLOATS);
      for (int j = first(scores, rows, row); j < end; j += LANES) {
        FloatVector z = load(bytes, j).sub(largest).max(SMALLEST);
        FloatVector e = VectorMath.expOfNegative(z);
        sums = sums.add(e);
        weighted = e.fma(z, weighted);
        store(e, bytes, j);
      }
      sums.intoArray(rows.sums, row * LANES);
      weighted.intoArray(rows.weighted, row * LANES);
    }
  }

  private static void normalize(Matrix scores, SoftmaxRows rows) {
    ByteBuffer bytes = scores.bytes();
    for (int row = 0; row < scores.rows(); row++) {
      float sum = FloatLanes.sum(rows.sums, row * LANES);
      float weighted = FloatLanes.sum(rows.weighted, row * LANES);
      // a score that is NaN has an exponential of 0 but shows here
      float inverse = Float.isNaN(weighted) ? Float.NaN : 1f / sum;
      rows.largestWeight(row, inverse);
      int start = scores.index(row);
      int first = first(scores, rows, row);
      int end = end(scores, rows, row);
      FloatVector zero = FloatVector.zero(FLOATS);
      for (int j = start; j < first; j += LANES) {
        store(zero, bytes, j);
      }
      for (int j = first; j < end; j += LANES) {
        store(load(bytes, j).mul(inverse), bytes, j);
      }
      for (int j = end; j < start + scores.columns(); j += LANES) {
        store(zero, bytes, j);
      }
      rows.entropy(row, Math.max(0f, (float) Math.log(sum) - weighted / sum));
    }
  }
}
