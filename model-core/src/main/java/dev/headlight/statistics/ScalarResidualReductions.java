package dev.headlight.statistics;

import dev.headlight.tensor.Matrix;

/** Reductions in plain Java. */
final class ScalarResidualReductions implements ResidualReductions {
  private static final int SIGN = Integer.SIZE - 1;

  @Override
  public double sumOfSquares(Matrix hidden, int row) {
    return sumOfSquares(hidden, row, 0);
  }

  /** The same from a column on. */
  static double sumOfSquares(Matrix hidden, int row, int column) {
    double sum = 0;
    for (int k = column; k < hidden.columns(); k++) {
      double value = hidden.get(row, k);
      sum += value * value;
    }
    return sum;
  }

  @Override
  public void add(Matrix hidden, double[] scales, double[] sums, double[] scaledSums) {
    for (int row = 0; row < hidden.rows(); row++) {
      add(hidden, row, 0, scales[row], sums, scaledSums);
    }
  }

  /** One row from a column on. */
  static void add(
      Matrix hidden, int row, int column, double scale, double[] sums, double[] scaledSums) {
    for (int k = column; k < hidden.columns(); k++) {
      double value = hidden.get(row, k);
      sums[k] += value;
      scaledSums[k] = Math.fma(value, scale, scaledSums[k]);
    }
  }

  @Override
  public int largestAbsolute(float[] values, int at, int count, Counts result) {
    result.largest = largestBits(values, at, at + count);
    return result.largest;
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
  public void countBelow(float[] values, int count, int low, int high, Counts result) {
    result.belowLow = 0;
    result.belowHigh = 0;
    countBelow(values, 0, count, low, high, result);
  }

  /** The same from {@code start} on, added to what was counted. */
  static void countBelow(float[] values, int start, int end, int low, int high, Counts result) {
    for (int k = start; k < end; k++) {
      int bits = absoluteBits(values[k]);
      result.belowLow += (bits - low) >>> SIGN;
      result.belowHigh += (bits - high) >>> SIGN;
    }
  }

  @Override
  public void collect(float[] values, int count, int low, int high, Counts result) {
    countBelow(values, count, low, high, result);
    result.collected = 0;
    collect(values, 0, count, low, high, result);
  }

  /** Collects from {@code start} on, without counting. */
  static void collect(float[] values, int start, int end, int low, int high, Counts result) {
    for (int k = start; k < end; k++) {
      int bits = absoluteBits(values[k]);
      if (bits >= low && bits < high) {
        result.collect(Float.intBitsToFloat(bits));
      }
    }
  }
}
