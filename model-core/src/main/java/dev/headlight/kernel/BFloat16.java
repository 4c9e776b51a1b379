package dev.headlight.kernel;

import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/** Conversion to bfloat16: the upper half of a float32, rounded to nearest, ties to even. */
final class BFloat16 {
  private BFloat16() {}

  /** Rounds a matrix into {@code [rows, columns]} contiguous bfloat16 numbers. */
  static void round(Matrix source, BytePointer destination) {
    ByteBuffer target = destination.asByteBuffer().order(ByteOrder.nativeOrder());
    float[] row = new float[source.columns()];
    short[] rounded = new short[source.columns()];
    for (int i = 0; i < source.rows(); i++) {
      source.readRow(i, row, 0);
      for (int j = 0; j < row.length; j++) {
        rounded[j] = round(row[j]);
      }
      target.asShortBuffer().put(i * row.length, rounded);
    }
  }

  static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    int carry = 0x7FFF + ((bits >>> 16) & 1);
    return (short) ((bits + carry) >>> 16);
  }
}
