package dev.headlight.pipeline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;

/**
 * Turns Spark's arrays into bytes, without boxing a number. Called by code that Spark generates,
 * and public for that reason only; {@link InputPayload} reads the bytes.
 *
 * <p>Bytes are little-endian and start with a status. An array that is not one rectangular block of
 * numbers becomes a status that tells what is wrong with it, so that the row can be rejected with a
 * message.
 */
public final class InputCodec {
  /** Status: rows, width and values follow. */
  static final int MATRIX = 0;

  /** Status: values follow. */
  static final int VECTOR = 1;

  /** Status: the index of the first null element follows. */
  static final int NULL_ELEMENT = 2;

  /** Status: index, width of row 0 and width of the first row that has another follow. */
  static final int RAGGED = 3;

  /** Status: rows and width of a matrix that fits no array follow. */
  static final int TOO_LARGE = 4;

  /** Status: channels, height, width and values follow. */
  static final int CUBE = 5;

  /** Status: index, height of channel 0 and height of the first channel with another follow. */
  static final int RAGGED_CHANNELS = 6;

  private static final int MOST_BYTES = Integer.MAX_VALUE - 64;

  private InputCodec() {}

  /** {@code array<array<float>>} to bytes. */
  public static byte[] floatMatrix(ArrayData rows) {
    return matrix(rows, false);
  }

  /** {@code array<array<double>>} to bytes, as float32. */
  public static byte[] doubleMatrix(ArrayData rows) {
    return matrix(rows, true);
  }

  /** {@code array<float>} to bytes. */
  public static byte[] floats(ArrayData values) {
    return vector(
        values, Float.BYTES, payload -> payload.asFloatBuffer().put(values.toFloatArray()));
  }

  /** {@code array<double>} to bytes, as float32. */
  public static byte[] doubles(ArrayData values) {
    return vector(values, Float.BYTES, payload -> putNarrowed(values.toDoubleArray(), payload));
  }

  /** {@code array<int>} to bytes, as 64-bit numbers. */
  public static byte[] ints(ArrayData values) {
    return vector(
        values,
        Long.BYTES,
        payload -> {
          for (int value : values.toIntArray()) {
            payload.putLong(value);
          }
        });
  }

  /** {@code array<bigint>} to bytes. */
  public static byte[] longs(ArrayData values) {
    return vector(values, Long.BYTES, payload -> payload.asLongBuffer().put(values.toLongArray()));
  }

  private static byte[] vector(ArrayData values, int elementBytes, Consumer<ByteBuffer> writer) {
    int nullAt = nullIndex(values);
    if (nullAt >= 0) {
      return status(NULL_ELEMENT, nullAt);
    }
    int count = values.numElements();
    if (tooLarge(1, count, elementBytes)) {
      return status(TOO_LARGE, 1, count);
    }
    byte[] bytes = new byte[Integer.BYTES + count * elementBytes];
    writer.accept(open(bytes).putInt(VECTOR));
    return bytes;
  }

  /** {@code array<array<array<float>>>} to bytes. */
  public static byte[] floatCube(ArrayData channels) {
    return cube(channels, false);
  }

  /** {@code array<array<array<double>>>} to bytes, as float32. */
  public static byte[] doubleCube(ArrayData channels) {
    return cube(channels, true);
  }

  private static byte[] cube(ArrayData channels, boolean doubles) {
    int nullAt = nullIndex(channels);
    if (nullAt >= 0) {
      return status(NULL_ELEMENT, nullAt);
    }
    int count = channels.numElements();
    int height = count == 0 ? 0 : channels.getArray(0).numElements();
    // all channels first: what is taken for their rows is no more than what is there
    for (int channel = 0; channel < count; channel++) {
      ArrayData values = channels.getArray(channel);
      if (values.numElements() != height) {
        return status(RAGGED_CHANNELS, channel, height, values.numElements());
      }
      if (nullIndex(values) >= 0) {
        return status(NULL_ELEMENT, channel);
      }
    }
    if (tooLarge(count, height, Float.BYTES)) {
      return status(TOO_LARGE, count, height);
    }
    Object[] rows = new Object[count * height];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = channels.getArray(row / height).getArray(row % height);
    }
    byte[] payload = matrix(new GenericArrayData(rows), doubles);
    // A matrix has its rows where a cube has channels; what is wrong with its rows stays as it is.
    ByteBuffer header = open(payload);
    if (header.getInt(0) != MATRIX) {
      return payload;
    }
    byte[] bytes = new byte[payload.length + Integer.BYTES];
    int shape = 2 * Integer.BYTES;
    System.arraycopy(payload, shape, bytes, shape + Integer.BYTES, payload.length - shape);
    open(bytes).putInt(CUBE).putInt(count).putInt(height);
    return bytes;
  }

  private static byte[] matrix(ArrayData rows, boolean doubles) {
    int nullAt = nullIndex(rows);
    if (nullAt >= 0) {
      return status(NULL_ELEMENT, nullAt);
    }
    int count = rows.numElements();
    int width = count == 0 ? 0 : rows.getArray(0).numElements();
    if (tooLarge(count, width, Float.BYTES)) {
      return status(TOO_LARGE, count, width);
    }
    int header = 3 * Integer.BYTES;
    byte[] bytes = new byte[header + count * width * Float.BYTES];
    ByteBuffer payload = open(bytes);
    payload.putInt(MATRIX).putInt(count).putInt(width);
    for (int row = 0; row < count; row++) {
      ArrayData values = rows.getArray(row);
      if (values.numElements() != width) {
        return status(RAGGED, row, width, values.numElements());
      }
      if (nullIndex(values) >= 0) {
        return status(NULL_ELEMENT, row);
      }
      if (doubles) {
        putNarrowed(values.toDoubleArray(), payload);
      } else {
        payload.asFloatBuffer().put(values.toFloatArray());
        payload.position(payload.position() + width * Float.BYTES);
      }
    }
    return bytes;
  }

  private static void putNarrowed(double[] values, ByteBuffer payload) {
    for (double value : values) {
      payload.putFloat((float) value);
    }
  }

  private static int nullIndex(ArrayData values) {
    for (int i = 0; i < values.numElements(); i++) {
      if (values.isNullAt(i)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean tooLarge(long rows, long width, int elementBytes) {
    return rows * width > MOST_BYTES / elementBytes;
  }

  private static byte[] status(int status, int... details) {
    byte[] bytes = new byte[(1 + details.length) * Integer.BYTES];
    ByteBuffer payload = open(bytes).putInt(status);
    for (int detail : details) {
      payload.putInt(detail);
    }
    return bytes;
  }

  private static ByteBuffer open(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
