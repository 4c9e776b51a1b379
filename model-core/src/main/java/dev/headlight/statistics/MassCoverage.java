package dev.headlight.statistics;

import dev.headlight.statistics.RowSums.Threshold;

/**
 * Counts how many of the largest weights of a row hold a share of its weight: the smallest k for
 * which the sum of the k largest, in double precision, is at least the share.
 *
 * <p>Instead of sorting, it looks at thresholds: C(t) weights are at least t and sum to S(t). Of
 * two thresholds {@code low < high} with {@code S(high) < share <= S(low)}, the weights between
 * them are so much alike that the number of those that are still needed usually follows from their
 * sum. That takes two looks at a row as a rule.
 *
 * <p>Consecutive rows of a head resemble each other, so the search begins where that of the row
 * before ended; it changes the time, never the result. Thresholds are bits of floats, which for
 * positive floats are in the same order, and nearly logarithms.
 */
final class MassCoverage {
  /** After this many interpolations the interval is halved: at most 31 more. */
  private static final int INTERPOLATIONS = 8;

  /** A factor of 2 in the threshold: the longest step beyond the thresholds looked at. */
  private static final int OCTAVE = 1 << 23;

  private final double share;
  private final RowReductions reductions;
  private final Threshold found = new Threshold();

  // the row at hand
  private double error;
  private int low;
  private double lowSum;
  private int lowCount;
  private boolean lowSeen;
  private int high;
  private double highSum;
  private int highCount;
  private boolean highSeen;

  // from the rows before: a threshold, and which part of the weights lies in one unit of its bits
  private int guess = Float.floatToRawIntBits(0.01f);
  private double density = 5e-8;

  MassCoverage(double share, RowReductions reductions) {
    this.share = share;
    this.reductions = reductions;
  }

  /** Bits of the threshold to look at first, for {@link #keys}. */
  int guess() {
    return guess;
  }

  /**
   * The smallest k; the number of all weights if they never reach the share.
   *
   * @param largest largest weight of the row
   * @param atGuess number and sum of the weights that reach {@link #guess}
   */
  int keys(float[] weights, int start, int end, float largest, Threshold atGuess) {
    if (largest >= share) {
      return 1;
    }
    begin(end - start, largest);
    int threshold = guess;
    int count = atGuess.count;
    double sum = decided(weights, start, end, threshold, atGuess.sum);
    for (int looks = 1; ; looks++) {
      narrow(threshold, sum, count);
      int keys = keysBetween(weights, start, end);
      if (keys > 0) {
        guess = highSeen && lowSeen ? low + (high - low) / 2 : threshold;
        return keys;
      }
      int next = next(threshold, sum - share, looks, end - start);
      reductions.threshold(weights, start, end, next, found);
      if (looks == 1) {
        double bits = (double) (next - threshold) * (end - start);
        learnDensity((count - found.count) / bits);
      }
      threshold = next;
      count = found.count;
      sum = decided(weights, start, end, threshold, found.sum);
    }
  }

  private void begin(int visible, float largest) {
    error = reductions.sumError(visible);
    low = 0;
    lowSum = 1;
    lowCount = visible;
    lowSeen = false;
    high = Float.floatToRawIntBits(largest) + 1;
    highSum = 0;
    highCount = 0;
    highSeen = false;
  }

  /** The sum as it is, unless its accuracy does not tell on which side of the share it is. */
  private double decided(float[] weights, int start, int end, int threshold, double sum) {
    return Math.abs(sum - share) <= error
        ? reductions.exactSum(weights, start, end, threshold)
        : sum;
  }

  private void narrow(int threshold, double sum, int count) {
    if (sum >= share) {
      low = threshold;
      lowSum = sum;
      lowCount = count;
      lowSeen = true;
    } else if (threshold < high) {
      high = threshold;
      highSum = sum;
      highCount = count;
      highSeen = true;
    }
  }

  /**
   * The result if the bounds determine it, otherwise 0. Of the m weights between the bounds, the j
   * largest sum to at least j times their mean, and to at most j times the upper bound, and to at
   * most what m - j times the lower bound leave.
   */
  private int keysBetween(float[] weights, int start, int end) {
    int between = lowCount - highCount;
    if (between <= 1) {
      return lowCount;
    }
    if (high - low <= 1) {
      return withEqualWeights(weights, start, end);
    }
    if (!lowSeen) {
      return 0;
    }
    double total = lowSum - highSum;
    double wanted = share - highSum;
    double most = Math.ceil((wanted + error) * between / (total - 2 * error));
    double byUpperBound = (wanted - error) / Float.intBitsToFloat(high);
    double byLowerBound = between - (total - wanted + 2 * error) / Float.intBitsToFloat(low);
    double least = Math.ceil(Math.max(byUpperBound, byLowerBound));
    return least >= most && most >= 1 && most <= between ? highCount + (int) most : 0;
  }

  /** A threshold strictly between the bounds. */
  private int next(int threshold, double excess, int looks, int visible) {
    double step; // from low, in bits
    if (looks > INTERPOLATIONS) {
      step = 0.5 * (high - low);
    } else if (lowSeen && highSeen) {
      double halfWeight = 0.5 * Float.intBitsToFloat(low);
      double part = (lowSum - share - halfWeight) / (lowSum - highSum);
      double margin = 0.5 / (lowCount - highCount);
      step = Math.min(Math.max(part, margin), 1 - margin) * (high - low);
    } else {
      // in weights; beyond the estimate, so that the result lies between the two thresholds
      double surplus = excess / Float.intBitsToFloat(threshold) - 0.5;
      double beyond = surplus * (looks == 1 ? 1.15 : 1.75) + Math.copySign(2, surplus);
      double bits = beyond / (density * visible);
      step = threshold - low + Math.min(Math.max(bits, -OCTAVE), OCTAVE);
    }
    return low + (int) Math.min(Math.max(step, 1), high - low - 1);
  }

  private void learnDensity(double seen) {
    density += 0.25 * (Math.max(seen, 1e-10) - density);
  }

  /** All weights between the bounds are the same: as many of them as are needed. */
  private int withEqualWeights(float[] weights, int start, int end) {
    float weight = Float.intBitsToFloat(low);
    double sum = reductions.exactSum(weights, start, end, high);
    int keys = highCount;
    while (sum < share && keys < lowCount) {
      sum += weight;
      keys++;
    }
    return keys;
  }
}
