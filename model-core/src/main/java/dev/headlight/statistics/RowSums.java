package dev.headlight.statistics;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Results of {@link RowReductions} for some rows, reused from block to block.
 *
 * <p>What rows are reduced to by lanes is kept apart from their results: first the lanes of all
 * rows are filled, then they are added up, so that no row waits for the one before.
 */
final class RowSums {
  private static final int LANES = RowReductions.ALIGNMENT;

  private RowSums() {}

  /** Number and sum of the weights that reach a threshold, by row. */
  static final class Thresholds {
    int[] count = new int[0]; // [rows]
    double[] sum = new double[0]; // [rows]

    int[] countLanes = new int[0]; // [chunks, rows, LANES]
    float[] sumLanes = new float[0]; // [chunks, rows, LANES]

    void reserve(int rows, int chunks) {
      if (count.length < rows || sumLanes.length < rows * chunks * LANES) {
        count = new int[rows];
        sum = new double[rows];
        countLanes = new int[rows * chunks * LANES];
        sumLanes = new float[rows * chunks * LANES];
      }
    }
  }

  /** Number of weights above one threshold, and what reaches another, by row. */
  static final class Shapes {
    int[] above = new int[0]; // [rows]
    int[] allRows = new int[0]; // [rows], 0, 1, ...
    final Thresholds thresholds = new Thresholds();

    int[] aboveLanes = new int[0]; // [chunks, rows, LANES]

    void reserve(int rows, int chunks) {
      thresholds.reserve(rows, chunks);
      if (above.length < rows || aboveLanes.length < rows * chunks * LANES) {
        above = new int[rows];
        allRows = IntStream.range(0, rows).toArray();
        aboveLanes = new int[rows * chunks * LANES];
      }
    }
  }

  /** Weighted distances and their squared deviations by row, and sums over all rows. */
  static final class Distances {
    /** Sums of the weights before and after the centres, of all rows, still to be added up. */
    final float[] before = new float[3 * LANES];

    final float[] after = new float[3 * LANES];

    float[] mean = new float[0]; // [rows]
    float[] squaredDeviation = new float[0]; // [rows]

    float[] momentLanes = new float[0]; // [rows, LANES]
    float[] squareLanes = new float[0]; // [rows, LANES]

    void reserve(int rows) {
      if (mean.length < rows) {
        mean = new float[rows];
        squaredDeviation = new float[rows];
        momentLanes = new float[rows * LANES];
        squareLanes = new float[rows * LANES];
      }
    }

    void clearSums() {
      Arrays.fill(before, 0f);
      Arrays.fill(after, 0f);
    }

    static double sum(float[] lanes) {
      double sum = 0;
      for (float lane : lanes) {
        sum += lane;
      }
      return sum;
    }
  }
}
