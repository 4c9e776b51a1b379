package dev.headlight.benchmarks;

import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import java.util.Random;

/** Random numbers for benchmarks. */
final class Gaussian {
  private Gaussian() {}

  /** A matrix of normally distributed numbers around 0. */
  static Matrix matrix(NativeArena arena, int rows, int columns, float deviation, Random random) {
    Matrix matrix = arena.matrix(rows, columns);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        matrix.set(row, column, deviation * (float) random.nextGaussian());
      }
    }
    return matrix;
  }
}
