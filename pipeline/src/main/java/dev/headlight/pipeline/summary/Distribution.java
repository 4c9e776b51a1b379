package dev.headlight.pipeline.summary;

import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * How the values of a cell of a summary are spread, in few bins of equal width. A few values that
 * are far from all others are counted beside the bins, which would else be empty but for one.
 *
 * @param from lower end of the first bin
 * @param to upper end of the last bin, which belongs to it
 * @param below count of lower values
 * @param counts of the bins: {@link #BINS}, or one if all values are the same
 * @param above count of higher values
 */
public record Distribution(float from, float to, long below, long[] counts, long above) {
  /** As many bars as can be told apart on a telephone. */
  public static final int BINS = 32;

  /** Values further from the 5 % and 95 % quantiles than this times their distance are far. */
  private static final double FAR = 2;

  /**
   * Of a row of a summary; empty if it has no values, or infinite ones.
   *
   * @param row with all columns that a summary has
   */
  public static Optional<Distribution> of(Row row) {
    if (row.isNullAt(row.fieldIndex("min"))) {
      return Optional.empty();
    }
    double min = row.getDouble(row.fieldIndex("min"));
    double max = row.getDouble(row.fieldIndex("max"));
    if (!Double.isFinite(min) || !Double.isFinite(max)) {
      return Optional.empty();
    }
    Histogram.Bars bars = Cell.bars(row.getStruct(row.fieldIndex("histogram")));
    return Optional.of(of(bars, (float) min, (float) max));
  }

  static Distribution of(Histogram.Bars bars, float min, float max) {
    double low = bars.quantile(0.05, min, max);
    double high = bars.quantile(0.95, min, max);
    boolean exact = Arrays.stream(bars.counts()).sum() <= Histogram.EXACT;
    // Where nearly all values are the same, there is no telling what is far from them.
    boolean apart = (exact ? low : Histogram.end((float) low)) < high;
    double reach = FAR * (high - low);
    float from = apart ? Math.max(min, (float) (low - reach)) : min;
    float to = apart ? Math.min(max, (float) (high + reach)) : max;
    Spread spread = new Spread(from, to, from < to ? BINS : 1);
    for (int i = 0; i < bars.counts().length; i++) {
      float start = bars.lows()[i];
      double end = exact ? start : Math.min(max, Histogram.end(start));
      spread.add(Math.max(min, start), end, bars.counts()[i]);
    }
    long[] counts = spread.counts();
    int last = counts.length - 1;
    return new Distribution(from, to, counts[0], Arrays.copyOfRange(counts, 1, last), counts[last]);
  }

  /** Counts while they are not whole: those of fine bins are divided among coarse ones. */
  private static final class Spread {
    private final double from;
    private final double to;

    /** The first is of what is below the bins, the last of what is above them. */
    private final double[] shares;

    Spread(double from, double to, int bins) {
      this.from = from;
      this.to = to;
      this.shares = new double[bins + 2];
    }

    /** Adds values that are spread evenly from a value to another, or all the same. */
    void add(double start, double end, long count) {
      int first = place(start);
      int last = place(end);
      if (first == last) {
        shares[first] += count;
        return;
      }
      for (int place = first; place <= last; place++) {
        double lower = place == first ? start : edge(place - 1);
        double upper = place == last ? end : edge(place);
        shares[place] += count * ((upper - lower) / (end - start));
      }
    }

    private int place(double value) {
      if (value < from) {
        return 0;
      }
      int bins = shares.length - 2;
      if (value > to) {
        return bins + 1;
      }
      int place = from < to ? (int) (bins * ((value - from) / (to - from))) : 0;
      return 1 + Math.min(bins - 1, place);
    }

    /** Upper end of a place. */
    private double edge(int place) {
      return from + place * ((to - from) / (shares.length - 2));
    }

    /** Whole counts with the same sum: that of all places up to one is off by a half at most. */
    long[] counts() {
      long[] counts = new long[shares.length];
      double sum = 0;
      long told = 0;
      for (int i = 0; i < shares.length; i++) {
        sum += shares[i];
        counts[i] = Math.round(sum) - told;
        told += counts[i];
      }
      return counts;
    }
  }
}
