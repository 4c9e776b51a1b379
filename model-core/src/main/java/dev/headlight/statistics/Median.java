package dev.headlight.statistics;

import dev.headlight.statistics.ResidualReductions.Counts;
import java.util.Arrays;

/**
 * Exact median of absolute values, without moving them: the interval that holds the middle is
 * narrowed by counting the values below its bounds until few are left, which are sorted.
 *
 * <p>The residual streams of consecutive sequences resemble each other, so the search begins around
 * the median before, and takes two looks at the values as a rule; where it begins changes the time,
 * never the result. Bounds are bits of floats, which for floats that are not negative are in the
 * same order, and nearly logarithms.
 */
final class Median {
  /** Most values that are collected and sorted; narrowing down further costs less than more. */
  private static final int FEW = 96;

  /** After this many looks the interval is halved: at most 31 more. */
  private static final int INTERPOLATIONS = 16;

  /** Half of the first interval in bits: between 2 and 3 % of the median. */
  private static final int FIRST_REACH = 1 << 18;

  /** A factor of 2: the longest interval beyond the one looked at. */
  private static final int OCTAVE = 1 << 23;

  /**
   * Values that the next interval holds on either side of the expected middle: so many standard
   * deviations of their number, and some more.
   */
  private static final double DEVIATIONS = 2.5;

  private static final int SPARE = 4;

  private final ResidualReductions reductions;
  private final Counts counts = new Counts(FEW);
  private int guess = Float.floatToRawIntBits(0.5f);

  // low <= middle values < high, as bits, and how many values are below each
  private int low;
  private int belowLow;
  private boolean lowSeen;
  private int high;
  private int belowHigh;
  private boolean highSeen;

  // the interval to look at, as bits, and whether few values are expected there
  private int first;
  private int end;
  private boolean collects;

  Median(ResidualReductions reductions) {
    this.reductions = reductions;
  }

  /** Bits of the lower bound of the interval to look at first. */
  int firstLow() {
    return Math.max(0, guess - FIRST_REACH);
  }

  /** Bits of its upper bound. */
  int firstHigh() {
    return guess + FIRST_REACH;
  }

  /**
   * The middle absolute value, or the mean of the two middle ones; NaN if one of the values is.
   *
   * @param survey how many of the values are below {@link #firstLow} and {@link #firstHigh}, and
   *     the largest of them
   */
  double of(float[] values, int count, Counts survey) {
    if (Float.isNaN(Float.intBitsToFloat(survey.largest))) {
      return Double.NaN;
    }
    begin(count, survey);
    int lower = (count - 1) / 2;
    int upper = count / 2;
    for (int looks = 1; ; looks++) {
      if (lower < counts.belowLow && counts.belowLow <= upper) {
        return meanOfNeighbours(values, count, first);
      }
      if (lower < counts.belowHigh && counts.belowHigh <= upper) {
        return meanOfNeighbours(values, count, end);
      }
      narrow(lower);
      if (high - low <= 1) {
        guess = low;
        return Float.intBitsToFloat(low);
      }
      if (collects && low == first && high == end && counts.collected == belowHigh - belowLow) {
        return middle(lower, upper);
      }
      choose(lower, looks);
      if (collects) {
        reductions.collect(values, count, first, end, counts);
      } else {
        reductions.countBelow(values, count, first, end, counts);
      }
    }
  }

  private void begin(int count, Counts survey) {
    collects = false;
    low = 0;
    belowLow = 0;
    lowSeen = false;
    high = survey.largest + 1;
    belowHigh = count;
    highSeen = false;
    first = firstLow();
    end = firstHigh();
    counts.belowLow = survey.belowLow;
    counts.belowHigh = survey.belowHigh;
  }

  /** Cuts an interval to the bounds, of which it keeps at least one unit. */
  private void lookAt(double from, double to) {
    first = (int) Math.min(Math.max(from, low), high - 1);
    end = (int) Math.max(Math.min(to, high), first + 1);
  }

  /** The bounds after a look; no bound of the interval is between the middle values. */
  private void narrow(int lower) {
    if (counts.belowHigh <= lower) {
      low = end;
      belowLow = counts.belowHigh;
      lowSeen = true;
      return;
    }
    if (counts.belowLow > lower) {
      high = first;
      belowHigh = counts.belowLow;
      highSeen = true;
      return;
    }
    low = first;
    belowLow = counts.belowLow;
    lowSeen = true;
    high = end;
    belowHigh = counts.belowHigh;
    highSeen = true;
  }

  private void choose(int lower, int looks) {
    collects = false;
    double length = (double) high - low;
    if (looks > INTERPOLATIONS) {
      lookAt(low, low + 0.5 * length);
    } else if (lowSeen && highSeen) {
      int between = belowHigh - belowLow;
      double part = (lower + 0.5 - belowLow) / between;
      double reach = DEVIATIONS * Math.sqrt(part * (1 - part) * between) + SPARE;
      collects = Math.min(between, 2 * reach) <= FEW;
      double share = between <= FEW ? 1 : reach / between;
      lookAt(low + length * (part - share), low + length * (part + share) + 1);
    } else {
      double density = (double) (counts.belowHigh - counts.belowLow) / ((double) end - first);
      int missing = lowSeen ? lower + 1 - counts.belowHigh : counts.belowLow - lower;
      double step = Math.min(1.5 * (missing + SPARE) / Math.max(density, 1e-12), OCTAVE * looks);
      lookAt(lowSeen ? low : high - step, lowSeen ? low + step : high);
    }
  }

  private double middle(int lower, int upper) {
    guess = low + (high - low) / 2;
    float[] between = counts.between;
    Arrays.sort(between, 0, counts.collected);
    return 0.5 * ((double) between[lower - belowLow] + between[upper - belowLow]);
  }

  /** Half of an even number of values is below the threshold. */
  private double meanOfNeighbours(float[] values, int count, int threshold) {
    guess = threshold;
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
