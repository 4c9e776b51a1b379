package dev.headlight.kernel;

import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;

/** Fills matrices up to a number of rows that a library wants. */
public final class Filling {
  private Filling() {}

  /** A contiguous copy with zero rows behind the source's. */
  public static Matrix withZeroRows(Matrix source, int rows, Workspace workspace) {
    Matrix target = workspace.matrix(rows, source.columns());
    target.rows(0, source.rows()).copyFrom(source);
    target.rows(source.rows(), rows - source.rows()).clear();
    return target;
  }

  /** The same of an operand. */
  static Operand withZeroRows(Operand source, int rows, Workspace workspace) {
    if (source instanceof Operand.Floats floats) {
      return new Operand.Floats(withZeroRows(floats.matrix(), rows, workspace));
    }
    int columns = source.columns();
    Operand.BFloats target = BFloat16.take(rows, columns, columns, workspace);
    target.rows(0, source.rows()).copyFrom(source);
    target.rows(source.rows(), rows - source.rows()).clear();
    return target;
  }
}
