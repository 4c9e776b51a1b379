package dev.headlight.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A row-major float32 matrix {@code [rows, columns]} in native memory, possibly a view whose rows
 * lie {@link #stride} floats apart. The memory belongs to the {@link NativeArena} or {@link
 * Workspace} it came from; a matrix must not be used after its owner was closed or released.
 */
public final class Matrix {
  private static final int MAX_FLOATS = Integer.MAX_VALUE / Float.BYTES;

  private final FloatPointer memory;
  private final ByteBuffer bytes;
  private final FloatBuffer floats;
  private final int offset;
  private final int rows;
  private final int columns;
  private final int stride;

  private Matrix(
      FloatPointer memory, ByteBuffer bytes, FloatBuffer floats, int offset, int[] shape) {
    this.memory = memory;
    this.bytes = bytes;
    this.floats = floats;
    this.offset = offset;
    this.rows = shape[0];
    this.columns = shape[1];
    this.stride = shape[2];
  }

  static Matrix over(BytePointer memory, int rows, int columns) {
    ByteBuffer bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    return new Matrix(
        new FloatPointer(memory),
        bytes,
        bytes.asFloatBuffer(),
        0,
        new int[] {rows, columns, columns});
  }

  static long requireAddressable(int rows, int columns) {
    long floats = (long) rows * columns;
    if (rows < 0 || columns < 0 || floats > MAX_FLOATS) {
      throw new IllegalArgumentException(
          "a matrix holds at most "
              + MAX_FLOATS
              + " floats, found ["
              + rows
              + ", "
              + columns
              + "]; use smaller batches or split the rows");
    }
    return floats;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** Distance between the starts of two consecutive rows, in floats. */
  public int stride() {
    return stride;
  }

  /** Whether the rows follow each other without gaps. */
  public boolean contiguous() {
    return stride == columns || rows <= 1;
  }

  /** Index in {@link #floats()} of element (row, 0). */
  public int index(int row) {
    return offset + row * stride;
  }

  /**
   * All memory of the owner of this view; use {@link #index} to address it. Never change its
   * position or limit.
   */
  public FloatBuffer floats() {
    return floats;
  }

  /**
   * The same memory as bytes, for vector loads; element (row, column) is at byte {@code 4 *
   * (index(row) + column)}.
   */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Native address of element (0, 0), as native libraries take it. */
  public FloatPointer pointer() {
    return memory.getPointer(offset);
  }

  /** The same as a number. */
  public long address() {
    return memory.address() + (long) offset * Float.BYTES;
  }

  public float get(int row, int column) {
    return floats.get(index(row) + column);
  }

  public void set(int row, int column, float value) {
    floats.put(index(row) + column, value);
  }

  /** View of {@code count} rows from {@code first}. */
  public Matrix rows(int first, int count) {
    if (first < 0 || count < 0 || first + count > rows) {
      throw new IndexOutOfBoundsException(
          "rows " + first + " to " + (first + count) + " of " + rows);
    }
    return view(first * stride, count, columns);
  }

  /**
   * View of {@code count} columns from {@code first}; its {@link #stride} stays that of this
   * matrix.
   */
  public Matrix columns(int first, int count) {
    if (first < 0 || count < 0 || first + count > columns) {
      throw new IndexOutOfBoundsException(
          "columns " + first + " to " + (first + count) + " of " + columns);
    }
    return view(first, rows, count);
  }

  private Matrix view(int shift, int viewRows, int viewColumns) {
    return new Matrix(
        memory, bytes, floats, offset + shift, new int[] {viewRows, viewColumns, stride});
  }

  /** Copies one row into an array. */
  public void readRow(int row, float[] destination, int at) {
    floats.get(index(row), destination, at, columns);
  }

  /** Copies one row from an array. */
  public void writeRow(int row, float[] source, int at) {
    floats.put(index(row), source, at, columns);
  }

  /** Copies all elements of a matrix of the same shape into this one. */
  public void copyFrom(Matrix source) {
    if (source.rows != rows || source.columns != columns) {
      throw new IllegalArgumentException("cannot copy " + source + " into " + this);
    }
    for (int row = 0; row < rows; row++) {
      floats.put(index(row), source.floats, source.index(row), columns);
    }
  }

  /** Sets all elements to 0. */
  public void clear() {
    float[] zeros = new float[columns];
    for (int row = 0; row < rows; row++) {
      writeRow(row, zeros, 0);
    }
  }

  /** All elements, row by row. */
  public float[] toArray() {
    float[] values = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      readRow(row, values, row * columns);
    }
    return values;
  }

  @Override
  public String toString() {
    return "[" + rows + ", " + columns + "]";
  }
}
