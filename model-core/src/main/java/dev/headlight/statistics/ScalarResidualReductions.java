package dev.headlight.statistics;

import dev.headlight.tensor.Matrix;

/** Reductions in plain Java. */
final class ScalarResidualReductions implements ResidualReductions {
  private static final int SIGN = Integer.SIZE - 1;

  @Override
  public void squares(Matrix hidden, double[] result) {
    for (int row = 0; row < hidden.rows(); row++) {
      result[row] = sumOfSquares(hidden, row, 0);
    }
  }

  /** The same of one row from a column on. */
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

  private static int absoluteBits(float value) {
    return Float.floatToRawIntBits(value) & Integer.MAX_VALUE;
  }

  @Override
  public void countBelow(float[] values, int count, int low, int high, Counts result) {
    survey(values, 0, count, low, high, result);
  }

  @Override
  public void survey(float[] values, int start, int end, int low, int high, Counts result) {
    result.clear();
    addBelow(values, start, end, low, high, result);
  }

  /** The same, added to what was found before. */
  static void addBelow(float[] values, int start, int end, int low, int high, Counts result) {
    for (int k = start; k < end; k++) {
      int bits = absoluteBits(values[k]);
      result.belowLow += (bits - low) >>> SIGN;
      result.belowHigh += (bits - high) >>> SIGN;
      result.largest = Math.max(result.largest, bits);
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
