package dev.headlight.pipeline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;

/**
 * Embeddings in fewer bits, by the definitions of sentence-transformers' {@code
 * quantize_embeddings}, in the arithmetic of its numpy: float32. Called by code that Spark
 * generates, and public for that reason only.
 */
public final class QuantizationCodec {
  private static final int STEPS = 255;
  private static final int BITS = 8;

  private QuantizationCodec() {}

  /**
   * Steps of each dimension's range as -128 to 127.
   *
   * @param ranges the least number of each dimension, then the greatest, as {@link
   *     EmbeddingRanges#toBytes} writes them
   */
  public static ArrayData int8(ArrayData embedding, byte[] ranges) {
    short[] steps = steps(embedding.toFloatArray(), ranges);
    byte[] values = new byte[steps.length];
    for (int i = 0; i < steps.length; i++) {
      values[i] = (byte) (steps[i] + Byte.MIN_VALUE);
    }
    return UnsafeArrayData.fromPrimitiveArray(values);
  }

  /** Steps of each dimension's range as 0 to 255. */
  public static ArrayData uint8(ArrayData embedding, byte[] ranges) {
    return UnsafeArrayData.fromPrimitiveArray(steps(embedding.toFloatArray(), ranges));
  }

  private static short[] steps(float[] embedding, byte[] ranges) {
    FloatBuffer range = ByteBuffer.wrap(ranges).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    short[] steps = new short[embedding.length];
    for (int i = 0; i < embedding.length; i++) {
      float least = range.get(i);
      float step = (range.get(embedding.length + i) - least) / STEPS;
      float position = (embedding[i] - least) / (step == 0 ? 1 : step);
      steps[i] = (short) Math.max(0, Math.min(STEPS, Math.floor(position)));
    }
    return steps;
  }

  /** Signs, 8 to a number, the first as the highest bit, as -128 to 127. */
  public static ArrayData binary(ArrayData embedding) {
    short[] bits = bits(embedding.toFloatArray());
    byte[] values = new byte[bits.length];
    for (int i = 0; i < bits.length; i++) {
      values[i] = (byte) (bits[i] + Byte.MIN_VALUE);
    }
    return UnsafeArrayData.fromPrimitiveArray(values);
  }

  /** Signs, 8 to a number, the first as the highest bit, as 0 to 255. */
  public static ArrayData ubinary(ArrayData embedding) {
    return UnsafeArrayData.fromPrimitiveArray(bits(embedding.toFloatArray()));
  }

  private static short[] bits(float[] embedding) {
    short[] bits = new short[(embedding.length + BITS - 1) / BITS];
    for (int i = 0; i < embedding.length; i++) {
      if (embedding[i] > 0) {
        bits[i / BITS] |= (short) (1 << (BITS - 1 - i % BITS));
      }
    }
    return bits;
  }
}
