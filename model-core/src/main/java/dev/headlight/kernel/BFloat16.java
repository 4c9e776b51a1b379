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

  /** A rounded copy of a matrix. */
  static Operand.BFloats rounded(Matrix values, Workspace workspace) {
    int columns = values.columns();
    Operand.BFloats rounded = take(values.rows(), columns, columns, workspace);
    round(values, rounded);
    return rounded;
  }

  /** Rounds a matrix into another of the same shape. */
  static void round(Matrix source, Operand.BFloats target) {
    Rows.BEST.round(source, target);
  }

  /** Copies a matrix into an operand of the same shape, rounding if that is in bfloat16. */
  static void put(Matrix source, Operand target) {
    if (target instanceof Operand.BFloats narrow) {
      round(source, narrow);
    } else if (target instanceof Operand.Floats floats) {
      floats.matrix().copyFrom(source);
    }
  }

  /** The exact values of a matrix, in float32. */
  static void widen(Operand.BFloats source, Matrix target) {
    Rows.BEST.widen(source, target);
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
