package dev.headlight.kernel;

import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/** Conversion to bfloat16: the upper half of a float32, rounded to nearest, ties to even. */
final class BFloat16 {
  private static final int UPPER_HALF = 16;
  private static final int ALMOST_HALF = 0x7FFF;
  private static final int SLACK_ELEMENTS = 32;

  private BFloat16() {}

  /**
   * An uninitialised matrix whose rows start this many elements apart. oneDNN reads whole blocks of
   * a row and multiplies what is behind its end by zero: that must not be NaN.
   */
  static Operand.BFloats take(int rows, int columns, int stride, Workspace workspace) {
    long elements = (long) rows * stride;
    BytePointer memory =
        workspace.bytes(Math.multiplyExact(elements + SLACK_ELEMENTS, Short.BYTES));
    ByteBuffer bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    bytes.put((int) (elements * Short.BYTES), new byte[SLACK_ELEMENTS * Short.BYTES]);
    return new Operand.BFloats(memory.address(), bytes, 0, rows, columns, stride);
  }

  /** Rounds a matrix into another of the same shape. */
  static void round(Matrix source, Operand.BFloats target) {
    Rows.BEST.round(source, target);
  }

  /** The exact values of a matrix, in float32. */
  static void widen(Operand.BFloats source, Matrix target) {
    for (int i = 0; i < source.rows(); i++) {
      for (int j = 0; j < source.columns(); j++) {
        target.set(i, j, get(source, i, j));
      }
    }
  }

  /** An element in float32. */
  static float get(Operand.BFloats source, int row, int column) {
    short stored = source.bytes().getShort((source.index(row) + column) * Short.BYTES);
    return Float.intBitsToFloat(stored << UPPER_HALF);
  }

  /** Rounds a value into an element. */
  static void set(Operand.BFloats target, int row, int column, float value) {
    target.bytes().putShort((target.index(row) + column) * Short.BYTES, round(value));
  }

  static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    int carry = ALMOST_HALF + ((bits >>> UPPER_HALF) & 1);
    return (short) ((bits + carry) >>> UPPER_HALF);
  }
}
