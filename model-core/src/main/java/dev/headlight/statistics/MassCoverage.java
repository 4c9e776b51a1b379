package dev.headlight.statistics;

import dev.headlight.statistics.RowSums.Thresholds;

/**
 * Counts how many of the largest weights of a row hold a share of its weight: the smallest k for
 * which the sum of the k largest, in double precision, is at least the share.
 *
 * <p>Instead of sorting, it looks at thresholds: C(t) weights are at least t and sum to S(t). Of
 * two thresholds {@code low < high} with {@code S(high) < share <= S(low)}, the weights between
 * them are so much alike that the number of those that are still needed usually follows from their
 * sum. That takes two looks at a row as a rule, which all rows of a block take together: none waits
 * for what the one before found.
 *
 * <p>Rows of a head resemble each other, so the search begins where those of the rows before ended,
 * see {@link ExpectedThresholds}; it changes the time, never the result. Thresholds are bits of
 * floats, which for positive floats are in the same order, and nearly logarithms.
 */
final class MassCoverage {
  /** After this many looks every other one halves the interval, which takes 31 halvings at most. */
  private static final int INTERPOLATIONS = 3;

  /** So few weights between thresholds are divided at their mean. */
  private static final int FEW = 3;

  /** A factor of 2 in the threshold: the longest step beyond the thresholds looked at. */
  private static final int OCTAVE = 1 << 23;

  private static final int SIGN = Long.SIZE - 1;

  /** The density is learned from one row of so many. */
  private static final int SAMPLED = 4;

  private final double share;
  private final RowReductions reductions;
  private final Thresholds found = new Thresholds();

  private final ExpectedThresholds expected;

  /** Which part of the weights lies in one unit of the threshold's bits, from the rows before. */
  private double density = 5e-8;

  // of each row: weights of at least low bits sum to the share, those of at least high bits do not
  private int[] low = new int[0]; // 0 until one is found
  private double[] lowSum = new double[0];
  private int[] lowCount = new int[0];
  private int[] high = new int[0];
  private double[] highSum = new double[0];
  private int[] highCount = new int[0]; // 0 until one is found
  private int[] first = new int[0]; // threshold that was looked at first
  private int[] next = new int[0]; // threshold to look at

  private int[] open = new int[0]; // rows whose number is not known yet

  MassCoverage(double share, RowReductions reductions) {
    this.share = share;
    this.reductions = reductions;
    this.expected = new ExpectedThresholds(share);
  }

  /** Bits of the thresholds to look at first, for {@link #keys}. */
  int[] firsts(RowBlock rows) {
    reserve(rows.rows());
    expected.thresholds(rows, first);
    return first;
  }

  /**
   * The smallest k of each row; the number of all weights if they never reach the share.
   *
   * @param firsts what reaches {@link #firsts}
   * @param keys receives the numbers
   */
  void keys(RowBlock rows, Thresholds firsts, int[] keys) {
    int all = open(rows, keys);
    if (all == 0) {
      return;
    }
    chooseSeconds(rows, firsts, all);
    reductions.thresholds(rows, open, all, next, found);
    learnDensity(rows, firsts, all);
    expected.learn(first, next, open, all);
    int count = decide(rows, firsts, all, keys);
    for (int i = 0; i < count; i++) {
      begin(rows, firsts, open[i]);
    }
    for (int looks = 2; count > 0; looks++) {
      count = narrow(rows, looks, count, keys);
      reductions.thresholds(rows, open, count, next, found);
    }
  }

  private void reserve(int rows) {
    if (open.length < rows) {
      low = new int[rows];
      lowSum = new double[rows];
      lowCount = new int[rows];
      high = new int[rows];
      highSum = new double[rows];
      highCount = new int[rows];
      first = new int[rows];
      next = new int[rows];
      open = new int[rows];
    }
  }

  /** Lists the rows that need more than their largest weight. */
  private int open(RowBlock rows, int[] keys) {
    int count = 0;
    for (int r = 0; r < rows.rows(); r++) {
      keys[r] = 1;
      open[count] = r;
      count += rows.largestWeight(r) >= share ? 0 : 1;
    }
    return count;
  }

  /** Beyond the estimate, so that the result lies between the two thresholds. */
  private void chooseSeconds(RowBlock rows, Thresholds firsts, int count) {
    int visible = 0;
    double perKey = 0;
    for (int i = 0; i < count; i++) {
      int r = open[i];
      if (rows.visible(r) != visible) {
        visible = rows.visible(r);
        perKey = 1 / (density * visible);
      }
      double surplus = (firsts.sum[r] - share) / Float.intBitsToFloat(first[r]) - 0.5;
      double beyond = surplus * 1.15 + Math.copySign(3.5, surplus);
      int bits = Math.min(Math.max((int) (beyond * perKey), -OCTAVE), OCTAVE);
      int largest = Float.floatToRawIntBits(rows.largestWeight(r));
      next[r] = Math.max(1, Math.min(first[r] + bits, largest));
    }
  }

  private void learnDensity(RowBlock rows, Thresholds firsts, int count) {
    double weights = 0;
    double bits = 0;
    for (int i = 0; i < count; i += SAMPLED) {
      int r = open[i];
      weights += Math.abs(firsts.count[r] - found.count[r]);
      bits += (double) Math.abs(next[r] - first[r]) * rows.visible(r);
    }
    if (bits > 0) {
      density += 0.25 * (Math.max(weights / bits, 1e-10) - density);
    }
  }

  /**
   * The results of rows that two looks determine, for all rows without a branch, as nothing
   * foresees which rows these are. Lists the others.
   */
  private int decide(RowBlock rows, Thresholds firsts, int count, int[] keys) {
    int left = 0;
    for (int i = 0; i < count; i++) {
      int r = open[i];
      double error = reductions.sumError(rows.visible(r));
      double mostSum = Math.max(firsts.sum[r], found.sum[r]);
      double fewestSum = Math.min(firsts.sum[r], found.sum[r]);
      int most = Math.max(firsts.count[r], found.count[r]);
      int fewest = Math.min(firsts.count[r], found.count[r]);
      double lower = Float.intBitsToFloat(Math.min(first[r], next[r]));
      double upper = Float.intBitsToFloat(Math.max(first[r], next[r]));

      // the share lies between them: as in keysBetween
      double total = mostSum - fewestSum;
      double wanted = share - fewestSum;
      int fewer = (int) ((wanted + error) * (most - fewest) / (total - 2 * error));
      int spare = most - fewest - fewer;
      long tooFew =
          sign(wanted - error - fewer * upper) & sign(spare * lower - (total - wanted + 2 * error));
      long outside = sign(mostSum - share - error) | sign(wanted - error) | (spare - 1) | fewer;

      // both reach the share: the higher one exactly if its smallest weight is needed
      long reach = ~sign(-wanted - error) >> SIGN;
      long dispensable = sign(upper + wanted - error);

      keys[r] = (int) ((reach & fewest) | (~reach & (fewest + fewer + 1)));
      open[left] = r;
      left += (int) (((reach & dispensable) | (~reach & (tooFew | outside))) >>> SIGN);
    }
    return left;
  }

  /** Its highest bit is set unless a value is positive, or if it is not known to be. */
  private static long sign(double value) {
    return Double.doubleToRawLongBits(value - Double.MIN_NORMAL);
  }

  /** What is known of a row from two looks. */
  private void begin(RowBlock rows, Thresholds firsts, int r) {
    low[r] = 0;
    lowSum[r] = 1;
    lowCount[r] = rows.visible(r);
    high[r] = Float.floatToRawIntBits(rows.largestWeight(r)) + 1;
    highSum[r] = 0;
    highCount[r] = 0;
    look(rows, r, first[r], firsts);
  }

  /** Takes in a look at some rows, and lists those that need another one. */
  private int narrow(RowBlock rows, int looks, int count, int[] keys) {
    int left = 0;
    for (int i = 0; i < count; i++) {
      int r = open[i];
      double sum = look(rows, r, next[r], found);
      keys[r] = keysBetween(rows, r);
      if (keys[r] == 0) {
        next[r] = next(rows, r, sum - share, looks);
        open[left++] = r;
      }
    }
    return left;
  }

  /** Narrows the bounds of a row by what reaches a threshold, and returns its sum. */
  private double look(RowBlock rows, int r, int threshold, Thresholds seen) {
    double sum = seen.sum[r];
    if (Math.abs(sum - share) <= reductions.sumError(rows.visible(r))) {
      // its accuracy does not tell on which side of the share it is
      sum = reductions.exactSum(rows.weights(), rows.start(r), rows.end(r), threshold);
    }
    if (sum >= share) {
      low[r] = threshold;
      lowSum[r] = sum;
      lowCount[r] = seen.count[r];
    } else if (threshold < high[r]) {
      high[r] = threshold;
      highSum[r] = sum;
      highCount[r] = seen.count[r];
    }
    return sum;
  }

  /**
   * The result if the bounds determine it, otherwise 0. Of the m weights between the bounds, the j
   * largest sum to at least j times their mean, and to at most j times the upper bound, and to at
   * most what m - j times the lower bound leave.
   */
  private int keysBetween(RowBlock rows, int r) {
    int between = lowCount[r] - highCount[r];
    if (between <= 1) {
      return lowCount[r];
    }
    if (high[r] - low[r] <= 1) {
      return withEqualWeights(rows, r);
    }
    if (low[r] == 0) {
      return 0;
    }
    double error = reductions.sumError(rows.visible(r));
    double total = lowSum[r] - highSum[r];
    double wanted = share - highSum[r];
    double most = Math.ceil((wanted + error) * between / (total - 2 * error));
    // one less would be too few, by the upper or by the lower bound
    boolean needed =
        wanted - error > (most - 1) * Float.intBitsToFloat(high[r])
            || (between - (most - 1)) * Float.intBitsToFloat(low[r]) > total - wanted + 2 * error;
    return needed && most >= 1 && most <= between ? highCount[r] + (int) most : 0;
  }

  /** A threshold strictly between the bounds. */
  private int next(RowBlock rows, int r, double excess, int looks) {
    double step; // from low, in bits
    if (looks > INTERPOLATIONS && looks % 2 == 0) {
      step = 0.5 * (high[r] - low[r]);
    } else if (low[r] > 0 && lowCount[r] - highCount[r] <= FEW) {
      // at least one of them is above their mean, and one below
      float mean = (float) ((lowSum[r] - highSum[r]) / (lowCount[r] - highCount[r]));
      step = Float.floatToRawIntBits(mean) - low[r];
    } else if (low[r] > 0 && highCount[r] > 0) {
      // past the result as seen from the nearer bound, so that it becomes the farther one
      double one = 1.0 / (lowCount[r] - highCount[r]);
      double part = (lowSum[r] - share) / (lowSum[r] - highSum[r]);
      double past = 0.15 * Math.min(part, 1 - part) + 1.5 * one;
      part += part < 0.5 ? past : -past;
      step = Math.min(Math.max(part, 0.5 * one), 1 - 0.5 * one) * (high[r] - low[r]);
    } else {
      // in weights; farther beyond the estimate, so that the next threshold is past the result
      double surplus = excess / Float.intBitsToFloat(next[r]) - 0.5;
      double beyond = surplus * 1.75 + Math.copySign(2, surplus);
      double bits = beyond / (density * rows.visible(r));
      step = next[r] - low[r] + Math.min(Math.max(bits, -OCTAVE), OCTAVE);
    }
    return low[r] + (int) Math.min(Math.max(step, 1), high[r] - low[r] - 1);
  }

  /** All weights between the bounds are the same: as many of them as are needed. */
  private int withEqualWeights(RowBlock rows, int r) {
    float weight = Float.intBitsToFloat(low[r]);
    double sum = reductions.exactSum(rows.weights(), rows.start(r), rows.end(r), high[r]);
    int keys = highCount[r];
    while (sum < share && keys < lowCount[r]) {
      sum += weight;
      keys++;
    }
    return keys;
  }
}
