package dev.headlight.kernel;

import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;

/** Fills matrices up to a number of rows that a library wants. */
final class Filling {
  private Filling() {}

  /** A contiguous copy with zero rows behind the source's. */
  static Matrix withZeroRows(Matrix source, int rows, Workspace workspace) {
    Matrix target = workspace.matrix(rows, source.columns());
    target.rows(0, source.rows()).copyFrom(source);
    float[] zeros = new float[source.columns()];
    for (int row = source.rows(); row < rows; row++) {
      target.writeRow(row, zeros, 0);
    }
    return target;
  }

  /** The same of an operand. */
  static Operand withZeroRows(Operand source, int rows, Workspace workspace) {
    if (source instanceof Operand.Floats floats) {
      return new Operand.Floats(withZeroRows(floats.matrix(), rows, workspace));
    }
    int columns = source.columns();
    Operand.BFloats target = BFloat16.take(rows, columns, columns, workspace);
    copy(source, target.rows(0, source.rows()));
    byte[] zeros = new byte[columns * Short.BYTES];
    for (int row = source.rows(); row < rows; row++) {
      target.bytes().put(target.index(row) * Short.BYTES, zeros);
    }
    return target;
  }

  /** Copies an operand into another of the same type and shape. */
  static void copy(Operand source, Operand target) {
    if (source instanceof Operand.Floats from && target instanceof Operand.Floats to) {
      to.matrix().copyFrom(from.matrix());
      return;
    }
    Operand.BFloats from = (Operand.BFloats) source;
    Operand.BFloats to = (Operand.BFloats) target;
    for (int row = 0; row < from.rows(); row++) {
      to.bytes()
          .put(
              to.index(row) * Short.BYTES,
              from.bytes(),
              from.index(row) * Short.BYTES,
              from.columns() * Short.BYTES);
    }
  }
}
