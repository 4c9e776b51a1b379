package dev.headlight.safetensors;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Bulk conversions of stored floating-point numbers to float32. Buffers are copied block by block
 * through arrays, in which the loops over the elements run without bounds or byte-order work.
 */
final class FloatDecoders {
  /** Elements converted at a time: the blocks stay in the first-level cache. */
  private static final int BLOCK = 2048;

  private static final int HALF_EXPONENT = 0x7c00;
  private static final int HALF_MANTISSA = 0x03ff;
  private static final int HALF_SIGN = 0x8000;

  /**
   * The difference of the exponent biases of float32 and float16 (127 - 15), at float32's exponent.
   */
  private static final int HALF_REBIAS = (127 - 15) << 23;

  static final DType.Decoder F8_E5M2 = byTable(ieee(5, 2, 15));
  static final DType.Decoder F8_E4M3 = byTable(withoutInfinity(4, 3, 7));
  static final DType.Decoder F8_E5M2FNUZ = byTable(withoutNegativeZero(5, 2, 16));
  static final DType.Decoder F8_E4M3FNUZ = byTable(withoutNegativeZero(4, 3, 8));
  static final DType.Decoder F8_E8M0 = byTable(powersOfTwo());

  private FloatDecoders() {}

  static void floats(ByteBuffer source, int count, FloatBuffer destination) {
    destination.put(source.asFloatBuffer().limit(count));
  }

  static void doubles(ByteBuffer source, int count, FloatBuffer destination) {
    DoubleBuffer stored = source.asDoubleBuffer();
    double[] block = new double[Math.min(count, BLOCK)];
    float[] converted = new float[block.length];
    for (int done = 0; done < count; done += block.length) {
      int length = Math.min(block.length, count - done);
      stored.get(block, 0, length);
      for (int i = 0; i < length; i++) {
        converted[i] = (float) block[i];
      }
      destination.put(converted, 0, length);
    }
  }

  static void halves(ByteBuffer source, int count, FloatBuffer destination) {
    ShortBuffer stored = source.asShortBuffer();
    short[] block = new short[Math.min(count, BLOCK)];
    float[] converted = new float[block.length];
    for (int done = 0; done < count; done += block.length) {
      int length = Math.min(block.length, count - done);
      stored.get(block, 0, length);
      for (int i = 0; i < length; i++) {
        converted[i] = half(block[i]);
      }
      destination.put(converted, 0, length);
    }
  }

  static void bfloats(ByteBuffer source, int count, FloatBuffer destination) {
    ShortBuffer stored = source.asShortBuffer();
    short[] block = new short[Math.min(count, BLOCK)];
    float[] converted = new float[block.length];
    for (int done = 0; done < count; done += block.length) {
      int length = Math.min(block.length, count - done);
      stored.get(block, 0, length);
      for (int i = 0; i < length; i++) {
        converted[i] = Float.intBitsToFloat(block[i] << 16);
      }
      destination.put(converted, 0, length);
    }
  }

  /** The value of an IEEE 754 binary16 number; a NaN keeps its payload. */
  private static float half(short stored) {
    int sign = (stored & HALF_SIGN) << 16;
    int exponent = stored & HALF_EXPONENT;
    if (exponent == 0) {
      // Zero or subnormal: a multiple of 2^-24, which float32 holds as a normal number.
      float magnitude = (stored & HALF_MANTISSA) * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int bits = (stored & (HALF_EXPONENT | HALF_MANTISSA)) << 13;
    int rebias = exponent == HALF_EXPONENT ? 2 * HALF_REBIAS : HALF_REBIAS;
    return Float.intBitsToFloat(sign | (bits + rebias));
  }

  private static DType.Decoder byTable(float[] table) {
    return (source, count, destination) -> {
      byte[] block = new byte[Math.min(count, BLOCK)];
      float[] converted = new float[block.length];
      for (int done = 0; done < count; done += block.length) {
        int length = Math.min(block.length, count - done);
        source.get(block, 0, length);
        for (int i = 0; i < length; i++) {
          converted[i] = table[Byte.toUnsignedInt(block[i])];
        }
        destination.put(converted, 0, length);
      }
    };
  }

  /**
   * The greatest exponent holds infinity (mantissa 0) and NaN, as in the wider IEEE 754 formats.
   */
  private static float[] ieee(int exponentBits, int mantissaBits, int bias) {
    float[] table = finite(exponentBits, mantissaBits, bias);
    int infinity = ((1 << exponentBits) - 1) << mantissaBits;
    for (int code = infinity; code < 128; code++) {
      float value = code == infinity ? Float.POSITIVE_INFINITY : Float.NaN;
      table[code] = value;
      table[code | 128] = -value;
    }
    return table;
  }

  /** All ones is NaN, everything else is finite. */
  private static float[] withoutInfinity(int exponentBits, int mantissaBits, int bias) {
    float[] table = finite(exponentBits, mantissaBits, bias);
    table[0x7f] = Float.NaN;
    table[0xff] = Float.NaN;
    return table;
  }

  /** What would be negative zero is NaN, everything else is finite. */
  private static float[] withoutNegativeZero(int exponentBits, int mantissaBits, int bias) {
    float[] table = finite(exponentBits, mantissaBits, bias);
    table[0x80] = Float.NaN;
    return table;
  }

  /** The values of all codes of one byte, as if every code were a finite number. */
  private static float[] finite(int exponentBits, int mantissaBits, int bias) {
    float[] table = new float[256];
    for (int code = 0; code < 128; code++) {
      int exponent = code >> mantissaBits & ((1 << exponentBits) - 1);
      int mantissa = code & ((1 << mantissaBits) - 1);
      int significand = exponent == 0 ? mantissa : mantissa + (1 << mantissaBits);
      float value = Math.scalb((float) significand, Math.max(exponent, 1) - bias - mantissaBits);
      table[code] = value;
      table[code | 128] = -value;
    }
    return table;
  }

  private static float[] powersOfTwo() {
    float[] table = new float[256];
    for (int code = 0; code < 255; code++) {
      table[code] = Math.scalb(1f, code - 127);
    }
    table[255] = Float.NaN;
    return table;
  }
}
