package dev.headlight.kernel;

import java.nio.ByteBuffer;

/**
 * Rounding of rows to signed bytes with one scale each: {@code value = byte * scale}, to nearest,
 * ties to even.
 */
final class Int8 {
  /** Bytes up to 127 in magnitude, so that both signs reach as far. */
  static final float LARGEST = 127f;

  /** Rows without a value above it are zeros: the inverse of their scale would be infinite. */
  static final float SMALLEST = 0x1p-100f;

  /** Added to a float, it leaves the nearest integer in the low bits of its mantissa. */
  static final float ROUNDING = 0x1.8p23f;

  private Int8() {}

  /** Scale of a row: NaN or infinite where a value is. */
  static float scale(float largest) {
    return largest < SMALLEST ? 0f : largest / LARGEST;
  }

  /** What values are multiplied with. */
  static float inverse(float largest) {
    return largest < SMALLEST ? 0f : LARGEST / largest;
  }

  static byte round(float value, float inverse) {
    return (byte) Float.floatToRawIntBits(value * inverse + ROUNDING);
  }

  /**
   * Rounds rows, each with its own scale.
   *
   * @param source {@code [rows, columns]}
   * @param target receives {@code [rows, columns]} without gaps, from its start
   * @param scales receives {@code [rows]}
   */
  static void quantize(Operand source, ByteBuffer target, float[] scales) {
    for (int i = 0; i < source.rows(); i++) {
      float largest = largest(source, i, 0);
      scales[i] = scale(largest);
      roundRow(source, i, 0, inverse(largest), target);
    }
  }

  /** Largest absolute value of a row from a column on; NaN if one is. */
  static float largest(Operand source, int row, int from) {
    float largest = 0;
    for (int j = from; j < source.columns(); j++) {
      largest = Math.max(largest, Math.abs(source.get(row, j)));
    }
    return largest;
  }

  /** Rounds a row from a column on to bytes. */
  static void roundRow(Operand source, int row, int from, float inverse, ByteBuffer target) {
    int start = row * source.columns();
    for (int j = from; j < source.columns(); j++) {
      target.put(start + j, round(source.get(row, j), inverse));
    }
  }
}
