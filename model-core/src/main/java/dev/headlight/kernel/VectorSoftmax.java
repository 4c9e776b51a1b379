package dev.headlight.kernel;

import static dev.headlight.kernel.VectorMath.FLOATS;
import static dev.headlight.kernel.VectorMath.LANES;
import static dev.headlight.kernel.VectorMath.ORDER;
import static dev.headlight.kernel.VectorMemory.load;
import static dev.headlight.kernel.VectorMemory.store;

import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax of rows of whole vectors, with the entropy of each: {@code ln Z - sum p z}, with z
 * relative to the row's largest score, so that no logarithm of a weight is taken.
 *
 * <p>All rows of a block go through three passes. They are called through one place of four
 * targets, which the compiler does not inline: as one method they are too large for it, and vectors
 * that it gives up on are allocated, which makes them six times as slow.
 */
final class VectorSoftmax {
  /** exp is 0 there, and z is finite also where the mask makes it minus infinity. */
  private static final float SMALLEST = -104f;

  private interface Pass {
    void run(Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights);
  }

  private static final Pass[] PASSES = {
    VectorSoftmax::largest, VectorSoftmax::exponentials, VectorSoftmax::normalize
  };

  private static final Pass[] ROUNDING_PASSES = {
    VectorSoftmax::largest, VectorSoftmax::exponentials, VectorSoftmax::normalizeAndRound
  };

  private VectorSoftmax() {}

  static void apply(Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights) {
    rows.reserve(block.rows(), LANES);
    for (Pass pass : weights instanceof Operand.Floats ? PASSES : ROUNDING_PASSES) {
      pass.run(scores, rows, block, weights);
    }
  }

  /** First column of the vectors that cover what a row sees. */
  private static int first(SoftmaxRows rows, int row) {
    return rows.from(row) / LANES * LANES;
  }

  /** One past the last column of these vectors. */
  private static int end(SoftmaxRows rows, int row) {
    return (rows.to(row) + LANES - 1) / LANES * LANES;
  }

  /** Hides what the vectors cover beside the visible scores, and finds the largest of those. */
  private static void largest(Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights) {
    for (int i = 0; i < block.rows(); i++) {
      int row = block.firstRow() + i;
      int start = scores.index(row);
      int first = start + first(rows, row);
      int end = start + end(rows, row);
      for (int j = first; j < start + rows.from(row); j++) {
        scores.floats().put(j, Float.NEGATIVE_INFINITY);
      }
      for (int j = start + rows.to(row); j < end; j++) {
        scores.floats().put(j, Float.NEGATIVE_INFINITY);
      }
      rows.largest[i] = largest(scores.bytes(), first, end);
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

  private static void exponentials(
      Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights) {
    ByteBuffer bytes = scores.bytes();
    float[] exponentials = block.weights();
    for (int i = 0; i < block.rows(); i++) {
      int row = block.firstRow() + i;
      int source = scores.index(row);
      int target = i * block.stride();
      int end = end(rows, row);
      float largest = rows.largest[i];
      FloatVector sums = FloatVector.zero(FLOATS);
      FloatVector weighted = FloatVector.zero(FLOATS);
      for (int j = first(rows, row); j < end; j += LANES) {
        FloatVector z = load(bytes, source + j).sub(largest).max(SMALLEST);
        FloatVector e = VectorMath.expOfNegative(z);
        sums = sums.add(e);
        weighted = e.fma(z, weighted);
        e.intoArray(exponentials, target + j);
      }
      sums.intoArray(rows.sums, i * LANES);
      weighted.intoArray(rows.weighted, i * LANES);
    }
  }

  private static void normalize(
      Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights) {
    Matrix target = ((Operand.Floats) weights).matrix();
    ByteBuffer bytes = target.bytes();
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int i = 0; i < block.rows(); i++) {
      int row = block.firstRow() + i;
      float inverse = finish(rows, row, i);
      int start = target.index(row);
      int from = i * block.stride();
      int first = first(rows, row);
      int end = end(rows, row);
      clearBeside(block, from, first, end);
      for (int j = 0; j < first; j += LANES) {
        store(zero, bytes, start + j);
      }
      for (int j = first; j < end; j += LANES) {
        FloatVector weight = FloatVector.fromArray(FLOATS, block.weights(), from + j).mul(inverse);
        weight.intoArray(block.weights(), from + j);
        store(weight, bytes, start + j);
      }
      for (int j = end; j < scores.columns(); j += LANES) {
        store(zero, bytes, start + j);
      }
    }
  }

  private static void normalizeAndRound(
      Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights) {
    Operand.BFloats target = (Operand.BFloats) weights;
    ByteBuffer bytes = target.bytes();
    for (int i = 0; i < block.rows(); i++) {
      int row = block.firstRow() + i;
      float inverse = finish(rows, row, i);
      int start = target.index(row);
      int from = i * block.stride();
      int first = first(rows, row);
      int end = end(rows, row);
      clearBeside(block, from, first, end);
      for (int j = 0; j < first; j += LANES) {
        VectorMath.ZERO_SHORTS.intoByteBuffer(bytes, (start + j) * Short.BYTES, ORDER);
      }
      for (int j = first; j < end; j += LANES) {
        FloatVector weight = FloatVector.fromArray(FLOATS, block.weights(), from + j).mul(inverse);
        weight.intoArray(block.weights(), from + j);
        VectorMath.round(weight).intoByteBuffer(bytes, (start + j) * Short.BYTES, ORDER);
      }
      for (int j = end; j < scores.columns(); j += LANES) {
        VectorMath.ZERO_SHORTS.intoByteBuffer(bytes, (start + j) * Short.BYTES, ORDER);
      }
    }
  }

  /** The factor of a row's exponentials. */
  private static float finish(SoftmaxRows rows, int row, int i) {
    float sum = FloatLanes.sum(rows.sums, i * LANES);
    float weighted = FloatLanes.sum(rows.weighted, i * LANES);
    // a score that is NaN has an exponential of 0 but shows here
    float inverse = Float.isNaN(weighted) ? Float.NaN : 1f / sum;
    rows.largestWeight(row, inverse);
    rows.entropy(row, Math.max(0f, (float) Math.log(sum) - weighted / sum));
    return inverse;
  }

  private static void clearBeside(WeightBlock block, int from, int first, int end) {
    Arrays.fill(block.weights(), from, from + first, 0f);
    Arrays.fill(block.weights(), from + end, from + block.stride(), 0f);
  }
}
