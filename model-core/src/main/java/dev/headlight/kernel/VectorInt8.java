package dev.headlight.kernel;

import static dev.headlight.kernel.VectorMath.FLOATS;
import static dev.headlight.kernel.VectorMath.INTS;
import static dev.headlight.kernel.VectorMath.LANES;
import static dev.headlight.kernel.VectorMath.ORDER;
import static dev.headlight.kernel.VectorMemory.load;
import static dev.headlight.kernel.VectorMemory.store;
import static dev.headlight.kernel.VectorMemory.wholeVectors;

import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link Int8} on vectors, with the same bits. */
final class VectorInt8 {
  /** As many lanes as floats. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  /** Vectors of fewer than 64 bits do not exist. */
  private static final boolean HAS_BYTES = BYTES.length() == LANES;

  private VectorInt8() {}

  static void quantize(Operand.BFloats source, ByteBuffer target, float[] scales) {
    int columns = source.columns();
    for (int i = 0; i < source.rows(); i++) {
      float largest = largest(source, i);
      scales[i] = Int8.scale(largest);
      int done = HAS_BYTES ? wholeVectors(columns) : 0;
      roundVectors(source, i, done, Int8.inverse(largest), target);
      Int8.roundRow(source, i, done, Int8.inverse(largest), target);
    }
  }

  /** Largest absolute value of a row; NaN if one is. */
  private static float largest(Operand.BFloats source, int row) {
    int start = source.index(row);
    int whole = wholeVectors(source.columns());
    IntVector bits = IntVector.zero(INTS);
    for (int j = 0; j < whole; j += LANES) {
      IntVector next = VectorMath.widen(source.bytes(), start + j).and(Integer.MAX_VALUE);
      bits = bits.max(next);
    }
    float rest = Int8.largest(source, row, whole);
    int largest = bits.reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(Math.max(largest, Float.floatToRawIntBits(rest)));
  }

  private static void roundVectors(
      Operand.BFloats source, int row, int end, float inverse, ByteBuffer target) {
    int start = source.index(row);
    int to = row * source.columns();
    for (int j = 0; j < end; j += LANES) {
      FloatVector value = VectorMath.widen(source.bytes(), start + j).reinterpretAsFloats();
      IntVector rounded = value.mul(inverse).add(Int8.ROUNDING).reinterpretAsInts();
      ((ByteVector) rounded.convertShape(VectorOperators.I2B, BYTES, 0))
          .intoByteBuffer(target, to + j, ORDER);
    }
  }

  static void dequantize(
      Matrix sums, float[] rowScales, float[] columnScales, float[] bias, Matrix target) {
    int whole = wholeVectors(sums.columns());
    for (int i = 0; i < sums.rows(); i++) {
      int from = sums.index(i);
      int to = target.index(i);
      float scale = rowScales[i];
      for (int j = 0; j < whole; j += LANES) {
        FloatVector value = load(sums.bytes(), from + j).mul(scale);
        FloatVector columnScale = FloatVector.fromArray(FLOATS, columnScales, j);
        store(
            value.fma(columnScale, FloatVector.fromArray(FLOATS, bias, j)), target.bytes(), to + j);
      }
      for (int j = whole; j < sums.columns(); j++) {
        target.set(i, j, Math.fma(sums.get(i, j) * scale, columnScales[j], bias[j]));
      }
    }
  }
}
