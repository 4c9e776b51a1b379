package dev.headlight.kernel;

import dev.headlight.tensor.Matrix;
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
   * Rounds the rows of a matrix.
   *
   * @param target {@code [rows, columns]}
   * @param scales {@code [rows]}
   */
  static void quantize(Matrix source, ByteBuffer target, float[] scales) {
    float[] row = new float[source.columns()];
    byte[] bytes = new byte[source.columns()];
    for (int i = 0; i < source.rows(); i++) {
      source.readRow(i, row, 0);
      float largest = 0;
      for (float value : row) {
        largest = Math.max(largest, Math.abs(value));
      }
      scales[i] = scale(largest);
      float inverse = inverse(largest);
      for (int j = 0; j < row.length; j++) {
        bytes[j] = round(row[j], inverse);
      }
      target.put(i * row.length, bytes);
    }
  }
}
