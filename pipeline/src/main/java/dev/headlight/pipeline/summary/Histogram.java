package dev.headlight.pipeline.summary;

import java.util.Arrays;

/**
 * How often which values came: each of up to 512 values; of more, counts in fixed bins, 256 for
 * each power of two. What it holds is a function of the values alone, whatever their order and
 * however histograms were merged, as bins do not depend on the data.
 */
final class Histogram {
  /** As many values are kept as they are. */
  static final int EXACT = 512;

  /** Of a float's 23 bits of mantissa, those that are left out of a bin's number. */
  private static final int DROPPED_BITS = 15;

  private static final int LOW_BITS = (1 << DROPPED_BITS) - 1;

  private static final int EMPTY = Integer.MIN_VALUE;

  private long count;
  private float[] values = new float[4];

  /** Open addressing with twice the places that are taken, at least; null as long as exact. */
  private int[] bins;

  private long[] counts;
  private int taken;

  /** Adds a value that is not NaN. */
  void add(float value) {
    add(value, 1);
  }

  private void add(float value, long times) {
    float normal = value + 0.0f; // -0 becomes 0
    if (bins == null && count + times <= EXACT) {
      for (long i = 0; i < times; i++) {
        addExact(normal);
      }
      return;
    }
    if (bins == null) {
      toBins();
    }
    addToBin(ordered(normal) >> DROPPED_BITS, times);
    count += times;
  }

  private void addExact(float value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, values.length * 2);
    }
    values[(int) count++] = value;
  }

  private void toBins() {
    bins = new int[4 * EXACT];
    counts = new long[bins.length];
    Arrays.fill(bins, EMPTY);
    for (int i = 0; i < count; i++) {
      addToBin(ordered(values[i]) >> DROPPED_BITS, 1);
    }
    values = new float[0];
  }

  private void addToBin(int bin, long times) {
    int place = place(bins, bin);
    if (bins[place] == EMPTY) {
      bins[place] = bin;
      if (2 * ++taken > bins.length) {
        counts[place] = times;
        widen();
        return;
      }
    }
    counts[place] += times;
  }

  private static int place(int[] bins, int bin) {
    int mask = bins.length - 1;
    int place = (bin * 0x9E3779B9) >>> 7 & mask;
    while (bins[place] != EMPTY && bins[place] != bin) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void widen() {
    int[] wider = new int[2 * bins.length];
    long[] widerCounts = new long[wider.length];
    Arrays.fill(wider, EMPTY);
    for (int i = 0; i < bins.length; i++) {
      if (bins[i] != EMPTY) {
        int place = place(wider, bins[i]);
        wider[place] = bins[i];
        widerCounts[place] = counts[i];
      }
    }
    bins = wider;
    counts = widerCounts;
  }

  /** Adds the values of another. */
  void merge(Bars other) {
    long total = Arrays.stream(other.counts()).sum();
    if (bins == null && count + total > EXACT) {
      toBins();
    }
    for (int i = 0; i < other.counts().length; i++) {
      add(other.lows()[i], other.counts()[i]);
    }
  }

  /**
   * What is written of a histogram.
   *
   * @param lows each value, or the end of its bin that is nearer to minus infinity; ascending
   * @param counts of the values
   */
  record Bars(float[] lows, long[] counts) {
    /**
     * The least value with at least a share of the values up to it; in bins, as if values were
     * spread evenly over theirs: off by less than 1/256 of the value, or by 2^-134 where that is
     * more, and never for 0.
     *
     * @param share more than 0, at most 1
     * @param min least of the values
     * @param max largest of the values
     */
    double quantile(double share, double min, double max) {
      long total = Arrays.stream(counts).sum();
      double wanted = Math.max(1, Math.ceil(share * total));
      long before = 0;
      for (int i = 0; i < counts.length; i++) {
        if (before + counts[i] >= wanted) {
          if (total <= EXACT || lows[i] == 0 || Float.isInfinite(lows[i])) {
            return Math.max(min, lows[i]);
          }
          double end = end(lows[i]);
          double found = lows[i] + (wanted - before) / counts[i] * (end - lows[i]);
          return Math.min(max, Math.max(min, found));
        }
        before += counts[i];
      }
      return Double.NaN;
    }
  }

  Bars bars() {
    if (bins == null) {
      float[] sorted = Arrays.copyOf(values, (int) count);
      Arrays.sort(sorted);
      return distinct(sorted);
    }
    int[] sorted = Arrays.stream(bins).filter(bin -> bin != EMPTY).sorted().toArray();
    float[] lows = new float[sorted.length];
    long[] times = new long[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      lows[i] = value(sorted[i] << DROPPED_BITS);
      times[i] = counts[place(bins, sorted[i])];
    }
    return new Bars(lows, times);
  }

  private static Bars distinct(float[] sorted) {
    float[] lows = new float[sorted.length];
    long[] times = new long[sorted.length];
    int found = 0;
    for (float value : sorted) {
      if (found == 0 || lows[found - 1] != value) {
        lows[found++] = value;
      }
      times[found - 1]++;
    }
    return new Bars(Arrays.copyOf(lows, found), Arrays.copyOf(times, found));
  }

  /** The largest value of a bin. */
  static float end(float low) {
    return value(ordered(low) | LOW_BITS);
  }

  /** An integer in the order of floats. */
  private static int ordered(float value) {
    int bits = Float.floatToIntBits(value);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  private static float value(int ordered) {
    float value = Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
    // the bin of minus infinity begins among what would be NaN
    return Float.isNaN(value) ? Float.NEGATIVE_INFINITY : value;
  }
}
