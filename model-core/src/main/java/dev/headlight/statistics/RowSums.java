package dev.headlight.statistics;

import java.util.Arrays;

/** Results of {@link RowReductions}, reused from row to row. */
final class RowSums {
  private RowSums() {}

  static final class Threshold {
    double sum;
    int count;
  }

  static final class Shape {
    float largest;
    int above;
    final Threshold threshold = new Threshold();
  }

  static final class Distances {
    /**
     * Sums of the weights before and after the centre, of all rows so far, still to be added up.
     */
    final float[] before = new float[RowReductions.ALIGNMENT];

    final float[] after = new float[RowReductions.ALIGNMENT];

    /** Sums of weighted deviations of the last row, and of their squares, still to be added up. */
    final float[] moment = new float[RowReductions.ALIGNMENT];

    final float[] square = new float[RowReductions.ALIGNMENT];

    /** Weighted distance of the last row. */
    double mean;

    /** That of the row before it. */
    double earlierMean;

    /** Sum of its weighted squared deviations from the mean. */
    double squaredDeviation;

    void clear() {
      clearSums();
      mean = 0;
      earlierMean = 0;
      squaredDeviation = 0;
    }

    void clearSums() {
      Arrays.fill(before, 0f);
      Arrays.fill(after, 0f);
    }

    void clearMoments() {
      Arrays.fill(moment, 0f);
      Arrays.fill(square, 0f);
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
