package dev.headlight.pipeline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Turns the bytes in which results leave a partition's computation into Spark's arrays, without
 * boxing a hidden state. Called by code that Spark generates, and public for that reason only;
 * {@link TablePayload} writes the bytes, all of them little-endian.
 */
public final class TableCodec {
  private static final UTF8String[] ATTENTIONS =
      TablePayload.ATTENTIONS.stream().map(UTF8String::fromString).toArray(UTF8String[]::new);

  private TableCodec() {}

  /** {@code [n]} to {@code array<float>}. */
  public static ArrayData vector(byte[] payload) {
    ByteBuffer buffer = open(payload);
    return floats(buffer, payload.length / Float.BYTES);
  }

  /** {@code [n, width]} to {@code array<array<float>>}. */
  public static ArrayData matrix(byte[] payload, int width) {
    return rows(open(payload), payload.length / Float.BYTES / width, width);
  }

  /** {@code [n, n]} to {@code array<array<float>>}. */
  public static ArrayData squareMatrix(byte[] payload) {
    int width = (int) Math.round(Math.sqrt(payload.length / (double) Float.BYTES));
    return rows(open(payload), width, width);
  }

  /** {@code [matrices, n, width]} to {@code array<array<array<float>>>}. */
  public static ArrayData matrices(byte[] payload, int matrices, int width) {
    ByteBuffer buffer = open(payload);
    int rows = payload.length / Float.BYTES / matrices / width;
    Object[] result = new Object[matrices];
    for (int i = 0; i < matrices; i++) {
      result[i] = rows(buffer, rows, width);
    }
    return new GenericArrayData(result);
  }

  /** Per head: attention, layer, head and a fixed number of statistics, NaN becoming null. */
  public static ArrayData headStatistics(byte[] payload, int statistics) {
    ByteBuffer buffer = open(payload);
    Object[] heads = new Object[payload.length / ((3 + statistics) * Integer.BYTES)];
    for (int i = 0; i < heads.length; i++) {
      Object[] values = new Object[3 + statistics];
      readHead(buffer, values);
      readStatistics(buffer, values, 3);
      heads[i] = new GenericInternalRow(values);
    }
    return new GenericArrayData(heads);
  }

  /** Per layer: attention, layer and a fixed number of statistics, NaN becoming null. */
  public static ArrayData layerStatistics(byte[] payload, int statistics) {
    ByteBuffer buffer = open(payload);
    Object[] layers = new Object[payload.length / ((2 + statistics) * Integer.BYTES)];
    for (int i = 0; i < layers.length; i++) {
      Object[] values = new Object[2 + statistics];
      values[0] = ATTENTIONS[buffer.getInt()];
      values[1] = buffer.getInt();
      readStatistics(buffer, values, 2);
      layers[i] = new GenericInternalRow(values);
    }
    return new GenericArrayData(layers);
  }

  /** Per head: attention, layer, head and an array of numbers, NaN becoming null. */
  public static ArrayData headVectors(byte[] payload) {
    ByteBuffer buffer = open(payload);
    Object[] heads = new Object[buffer.getInt()];
    for (int i = 0; i < heads.length; i++) {
      Object[] values = new Object[4];
      readHead(buffer, values);
      values[3] = nullableFloats(buffer, buffer.getInt());
      heads[i] = new GenericInternalRow(values);
    }
    return new GenericArrayData(heads);
  }

  /** Per head: attention, layer, head and a matrix. */
  public static ArrayData headMatrices(byte[] payload) {
    ByteBuffer buffer = open(payload);
    Object[] heads = new Object[buffer.getInt()];
    for (int i = 0; i < heads.length; i++) {
      Object[] values = new Object[4];
      readHead(buffer, values);
      values[3] = rows(buffer, buffer.getInt(), buffer.getInt());
      heads[i] = new GenericInternalRow(values);
    }
    return new GenericArrayData(heads);
  }

  /** Per layer: attention, layer and a matrix. */
  public static ArrayData layerMatrices(byte[] payload) {
    ByteBuffer buffer = open(payload);
    Object[] layers = new Object[buffer.getInt()];
    for (int i = 0; i < layers.length; i++) {
      InternalRow layer =
          new GenericInternalRow(
              new Object[] {
                ATTENTIONS[buffer.getInt()],
                buffer.getInt(),
                rows(buffer, buffer.getInt(), buffer.getInt())
              });
      layers[i] = layer;
    }
    return new GenericArrayData(layers);
  }

  private static void readHead(ByteBuffer buffer, Object[] values) {
    values[0] = ATTENTIONS[buffer.getInt()];
    values[1] = buffer.getInt();
    values[2] = buffer.getInt();
  }

  private static void readStatistics(ByteBuffer buffer, Object[] values, int first) {
    for (int i = first; i < values.length; i++) {
      float value = buffer.getFloat();
      values[i] = Float.isNaN(value) ? null : value;
    }
  }

  private static ArrayData nullableFloats(ByteBuffer buffer, int count) {
    Object[] values = new Object[count];
    readStatistics(buffer, values, 0);
    return new GenericArrayData(values);
  }

  private static ArrayData rows(ByteBuffer buffer, int rows, int width) {
    Object[] result = new Object[rows];
    for (int row = 0; row < rows; row++) {
      result[row] = floats(buffer, width);
    }
    return new GenericArrayData(result);
  }

  private static ArrayData floats(ByteBuffer buffer, int count) {
    float[] values = new float[count];
    buffer.asFloatBuffer().get(values);
    buffer.position(buffer.position() + count * Float.BYTES);
    return UnsafeArrayData.fromPrimitiveArray(values);
  }

  private static ByteBuffer open(byte[] payload) {
    return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
  }
}
