package dev.headlight.kernel;

import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;
import java.nio.ByteBuffer;

/**
 * A row-major matrix in the type that products multiply in. {@link MatrixProducts} makes it; what
 * was said of the memory of a {@link Matrix} holds for it too.
 */
public sealed interface Operand {
  int rows();

  int columns();

  /** View of {@code count} rows from {@code first}. */
  Operand rows(int first, int count);

  /** View of {@code count} columns from {@code first}. */
  Operand columns(int first, int count);

  /** An element in float32; for loops over many, there are faster ways. */
  float get(int row, int column);

  /** The same values in float32: the matrix itself, or a copy from the workspace. */
  Matrix exact(Workspace workspace);

  /** Copies all elements of an operand of the same type and shape into this one. */
  void copyFrom(Operand source);

  /** Sets all elements to 0. */
  void clear();

  /** In float32. */
  record Floats(Matrix matrix) implements Operand {
    @Override
    public int rows() {
      return matrix.rows();
    }

    @Override
    public int columns() {
      return matrix.columns();
    }

    @Override
    public Operand rows(int first, int count) {
      return new Floats(matrix.rows(first, count));
    }

    @Override
    public Operand columns(int first, int count) {
      return new Floats(matrix.columns(first, count));
    }

    @Override
    public float get(int row, int column) {
      return matrix.get(row, column);
    }

    @Override
    public Matrix exact(Workspace workspace) {
      return matrix;
    }

    @Override
    public void copyFrom(Operand source) {
      matrix.copyFrom(((Floats) source).matrix());
    }

    @Override
    public void clear() {
      matrix.clear();
    }
  }

  /**
   * In bfloat16.
   *
   * @param base native address of {@code bytes}
   * @param bytes the memory this is a view of
   * @param offset of element (0, 0), in elements
   * @param stride elements between the starts of two rows
   */
  record BFloats(long base, ByteBuffer bytes, int offset, int rows, int columns, int stride)
      implements Operand {
    @Override
    public Operand rows(int first, int count) {
      if (first < 0 || count < 0 || first + count > rows) {
        throw new IndexOutOfBoundsException(
            "rows " + first + " to " + (first + count) + " of " + rows);
      }
      return new BFloats(base, bytes, offset + first * stride, count, columns, stride);
    }

    @Override
    public Operand columns(int first, int count) {
      if (first < 0 || count < 0 || first + count > columns) {
        throw new IndexOutOfBoundsException(
            "columns " + first + " to " + (first + count) + " of " + columns);
      }
      return new BFloats(base, bytes, offset + first, rows, count, stride);
    }

    @Override
    public float get(int row, int column) {
      return BFloat16.get(this, row, column);
    }

    @Override
    public Matrix exact(Workspace workspace) {
      Matrix copy = workspace.matrix(rows, columns);
      BFloat16.widen(this, copy);
      return copy;
    }

    @Override
    public void copyFrom(Operand source) {
      BFloats from = (BFloats) source;
      if (from.rows != rows || from.columns != columns) {
        throw new IllegalArgumentException(
            "cannot copy ["
                + from.rows
                + ", "
                + from.columns
                + "] into ["
                + rows
                + ", "
                + columns
                + "]");
      }
      for (int row = 0; row < rows; row++) {
        bytes.put(
            index(row) * Short.BYTES,
            from.bytes,
            from.index(row) * Short.BYTES,
            columns * Short.BYTES);
      }
    }

    @Override
    public void clear() {
      byte[] zeros = new byte[columns * Short.BYTES];
      for (int row = 0; row < rows; row++) {
        bytes.put(index(row) * Short.BYTES, zeros);
      }
    }

    /** Index of element (row, 0). */
    int index(int row) {
      return offset + row * stride;
    }

    /** Native address of element (0, column). */
    long address(int column) {
      return base + (long) Short.BYTES * (offset + column);
    }
  }
}
