package dev.headlight.statistics;

/** Reductions in plain Java. */
final class ScalarResidualReductions implements ResidualReductions {
  @Override
  public double sumOfSquares(double[] values, int at, int width) {
    double sum = 0;
    for (int k = at; k < at + width; k++) {
      sum += values[k] * values[k];
    }
    return sum;
  }

  @Override
  public void add(double[] rows, int width, double[] scales, double[] sums, double[] scaledSums) {
    add(rows, width, 0, scales, sums, scaledSums);
  }

  /** The same from a column on. */
  static void add(
      double[] rows, int width, int column, double[] scales, double[] sums, double[] scaledSums) {
    for (int row = 0; row < ROWS; row++) {
      for (int k = column; k < width; k++) {
        double value = rows[row * width + k];
        sums[k] += value;
        scaledSums[k] = Math.fma(value, scales[row], scaledSums[k]);
      }
    }
  }

  @Override
  public float largestAbsolute(float[] values, int at, int count) {
    return Float.intBitsToFloat(largestBits(values, at, at + count));
  }

  /** The bits of a NaN are above those of all numbers. */
  static int largestBits(float[] values, int start, int end) {
    int largest = 0;
    for (int k = start; k < end; k++) {
      largest = Math.max(largest, absoluteBits(values[k]));
    }
    return largest;
  }

  private static int absoluteBits(float value) {
    return Float.floatToRawIntBits(value) & Integer.MAX_VALUE;
  }

  @Override
  public int countBelow(float[] values, int count, int bits) {
    return countBelow(values, 0, count, bits);
  }

  static int countBelow(float[] values, int start, int end, int bits) {
    int below = 0;
    for (int k = start; k < end; k++) {
      below += (absoluteBits(values[k]) - bits) >>> (Integer.SIZE - 1);
    }
    return below;
  }

  @Override
  public int collect(float[] values, int count, int low, int high, float[] found) {
    return collect(values, 0, count, low, high, found, 0);
  }

  /** The same from {@code start} on, beginning at {@code found[size]}; returns the new size. */
  static int collect(
      float[] values, int start, int end, int low, int high, float[] found, int size) {
    int collected = size;
    for (int k = start; k < end; k++) {
      int bits = absoluteBits(values[k]);
      if (bits >= low && bits < high) {
        found[collected++] = Float.intBitsToFloat(bits);
      }
    }
    return collected;
  }
}
