package dev.headlight.pipeline.summary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/**
 * Statistics of a row as bytes: per struct of the array the name of its attention (length, then
 * UTF-8), layer, head (-1 where there is none), and the statistics as float32, null as NaN. So they
 * cross {@code mapPartitions} without an object for every number. Called by code that Spark
 * generates, and public for that reason only.
 */
public final class StatisticsBytes {
  private StatisticsBytes() {}

  /** Of {@code array<struct<attention, layer, head, float...>>}. */
  public static byte[] ofHeads(ArrayData structs, int fields) {
    return of(structs, fields, true);
  }

  /** Of {@code array<struct<attention, layer, float...>>}. */
  public static byte[] ofLayers(ArrayData structs, int fields) {
    return of(structs, fields, false);
  }

  private static byte[] of(ArrayData structs, int fields, boolean heads) {
    int first = heads ? 3 : 2;
    int size = 0;
    for (int i = 0; i < structs.numElements(); i++) {
      int name = structs.getStruct(i, fields).getUTF8String(0).numBytes();
      size += Integer.BYTES + name + (2 + fields - first) * Integer.BYTES;
    }
    ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < structs.numElements(); i++) {
      InternalRow struct = structs.getStruct(i, fields);
      byte[] name = struct.getUTF8String(0).getBytes();
      buffer.putInt(name.length).put(name).putInt(struct.getInt(1));
      buffer.putInt(heads ? struct.getInt(2) : -1);
      for (int field = first; field < fields; field++) {
        buffer.putFloat(struct.isNullAt(field) ? Float.NaN : struct.getFloat(field));
      }
    }
    return buffer.array();
  }

  /**
   * Of {@code array<struct<attention, layer, array<array<float>>>>}, matrices {@code [h, h]}: per
   * struct the name, layer, h, and row by row what is right of the diagonal.
   */
  public static byte[] ofPairs(ArrayData structs) {
    int size = 0;
    for (int i = 0; i < structs.numElements(); i++) {
      InternalRow struct = structs.getStruct(i, 3);
      int heads = struct.getArray(2).numElements();
      size += 3 * Integer.BYTES + struct.getUTF8String(0).numBytes();
      size += heads * (heads - 1) / 2 * Float.BYTES;
    }
    ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < structs.numElements(); i++) {
      InternalRow struct = structs.getStruct(i, 3);
      byte[] name = struct.getUTF8String(0).getBytes();
      ArrayData matrix = struct.getArray(2);
      int heads = matrix.numElements();
      buffer.putInt(name.length).put(name).putInt(struct.getInt(1)).putInt(heads);
      for (int head = 0; head < heads; head++) {
        ArrayData row = matrix.getArray(head);
        for (int other = head + 1; other < heads; other++) {
          buffer.putFloat(row.isNullAt(other) ? Float.NaN : row.getFloat(other));
        }
      }
    }
    return buffer.array();
  }
}
