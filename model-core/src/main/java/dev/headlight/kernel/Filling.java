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
}
