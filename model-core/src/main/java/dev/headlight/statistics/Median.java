package dev.headlight.statistics;

import java.util.Arrays;

/**
 * Exact median of absolute values, without moving them: the interval that holds the middle is
 * narrowed by counting the values below a threshold until few are left, which are sorted.
 *
 * <p>The residual streams of consecutive sequences resemble each other, so the search begins at the
 * median before; it changes the time, never the result. Thresholds are bits of floats, which for
 * floats that are not negative are in the same order, and nearly logarithms.
 */
final class Median {
  /** Values that are sorted rather than narrowed down further. */
  private static final int FEW = 256;

  /** After this many interpolations the interval is halved: at most 31 more. */
  private static final int INTERPOLATIONS = 12;

  /** A factor of 2 in the threshold: the longest step beyond the thresholds looked at. */
  private static final int OCTAVE = 1 << 23;

  private final ResidualReductions reductions;
  private final float[] few = new float[FEW];

  // from the medians before: one of them, and which part of the values lies in one unit of its bits
  private int guess = Float.floatToRawIntBits(0.5f);
  private double density = 4e-8;

  // low <= middle values < high, as bits, and how many values are below each
  private int low;
  private int belowLow;
  private boolean lowSeen;
  private int high;
  private int belowHigh;
  private boolean highSeen;

  Median(ResidualReductions reductions) {
    this.reductions = reductions;
  }

  /**
   * The middle absolute value, or the mean of the two middle ones; NaN if one of the values is.
   *
   * @param largest the largest absolute value
   */
  double of(float[] values, int count, float largest) {
    if (Float.isNaN(largest)) {
      return Double.NaN;
    }
    int lower = (count - 1) / 2;
    int upper = count / 2;
    begin(count, largest);
    int threshold = guess;
    int below = 0;
    for (int looks = 0; belowHigh - belowLow > FEW && high - low > 1; looks++) {
      int next = next(looks, threshold, upper - below, count);
      int found = reductions.countBelow(values, count, next);
      if (looks == 1) {
        learnDensity((double) (found - below) / (next - threshold) / count);
      }
      threshold = next;
      below = found;
      if (below <= lower) {
        low = threshold;
        belowLow = below;
        lowSeen = true;
      } else if (below > upper) {
        high = threshold;
        belowHigh = below;
        highSeen = true;
      } else {
        guess = threshold;
        return meanOfNeighbours(values, count, threshold);
      }
    }
    guess = low + (high - low) / 2;
    if (high - low <= 1) {
      return Float.intBitsToFloat(low);
    }
    int size = reductions.collect(values, count, low, high, few);
    Arrays.sort(few, 0, size);
    return 0.5 * ((double) few[lower - belowLow] + few[upper - belowLow]);
  }

  private void begin(int count, float largest) {
    low = 0;
    belowLow = 0;
    lowSeen = false;
    high = Float.floatToRawIntBits(largest) + 1;
    belowHigh = count;
    highSeen = false;
  }

  /**
   * A threshold strictly between the bounds.
   *
   * @param missing values between the last threshold and the middle, negative if it is above
   */
  private int next(int looks, int threshold, int missing, int count) {
    // beyond the estimate, so that the middle lies between two thresholds that were looked at
    double past = Math.copySign(Math.max(0.2 * FEW, Math.abs(missing) / 16.0), missing);
    double step; // from low, in bits
    if (looks == 0) {
      step = threshold - low;
    } else if (looks > INTERPOLATIONS) {
      step = 0.5 * (high - low);
    } else if (lowSeen && highSeen) {
      double between = belowHigh - belowLow;
      int from = threshold == low ? 0 : high - low;
      step = from + (high - low) * ((missing + past) / between);
    } else {
      double bits = (missing + past) / (density * count) * looks;
      step = threshold - low + Math.min(Math.max(bits, -OCTAVE), OCTAVE);
    }
    return low + (int) Math.min(Math.max(step, 1), high - low - 1);
  }

  private void learnDensity(double seen) {
    density += 0.25 * (Math.max(seen, 1e-10) - density);
  }

  /** Half of an even number of values is below the threshold. */
  private static double meanOfNeighbours(float[] values, int count, int threshold) {
    int below = 0;
    int above = Integer.MAX_VALUE;
    for (int k = 0; k < count; k++) {
      int bits = Float.floatToRawIntBits(values[k]) & Integer.MAX_VALUE;
      below = Math.max(below, bits < threshold ? bits : 0);
      above = Math.min(above, bits < threshold ? Integer.MAX_VALUE : bits);
    }
    return 0.5 * ((double) Float.intBitsToFloat(below) + Float.intBitsToFloat(above));
  }
}
