package dev.headlight.pipeline.summary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.jdk.javaapi.CollectionConverters;

/** What is known of the values of one statistic of one head or layer. */
final class Cell {
  private static final int HIGHEST = 3;
  private static final Comparator<High> ORDER =
      Comparator.comparingDouble((High high) -> -high.value()).thenComparing(High::id);

  /** A sequence with a high value. */
  private record High(String id, float value) {}

  private final ExactSums sums;
  private final Histogram histogram = new Histogram();
  private float min = Float.POSITIVE_INFINITY;
  private float max = Float.NEGATIVE_INFINITY;
  private final List<High> highest = new ArrayList<>();

  Cell() {
    this(new ExactSums());
  }

  private Cell(ExactSums sums) {
    this.sums = sums;
  }

  /** A cell of a row whose columns from an index on are {@link SummaryTable#PARTIAL}. */
  static Cell of(Row row, int first) {
    Cell cell = new Cell(ExactSums.of((byte[]) row.get(first)));
    cell.histogram.merge(bars(row.getStruct(first + 1)));
    if (cell.sums.count() > 0) {
      cell.min = (float) row.getDouble(first + 2);
      cell.max = (float) row.getDouble(first + 3);
    }
    scala.collection.Seq<Row> highest = row.getSeq(first + 4);
    for (Row high : CollectionConverters.asJava(highest)) {
      cell.highest.add(new High(high.getString(0), high.getFloat(1)));
    }
    return cell;
  }

  /** A histogram as it stands in a table. */
  static Histogram.Bars bars(Row row) {
    scala.collection.Seq<Float> lows = row.getSeq(0);
    scala.collection.Seq<Long> counts = row.getSeq(1);
    float[] values = new float[lows.size()];
    int at = 0;
    for (Float low : CollectionConverters.asJava(lows)) {
      values[at++] = low;
    }
    long[] times =
        CollectionConverters.asJava(counts).stream().mapToLong(Long::longValue).toArray();
    return new Histogram.Bars(values, times);
  }

  /**
   * Adds a value; NaN, which is undefined, does nothing.
   *
   * @param id of the sequence, or null if it is no example to show
   */
  void add(float value, String id) {
    if (Float.isNaN(value)) {
      return;
    }
    sums.add(value);
    histogram.add(value);
    min = Math.min(min, value);
    max = Math.max(max, value);
    if (id != null
        && (highest.size() < HIGHEST || value >= highest.get(highest.size() - 1).value())) {
      addHigh(new High(id, value));
    }
  }

  private void addHigh(High high) {
    highest.add(high);
    highest.sort(ORDER);
    if (highest.size() > HIGHEST) {
      highest.remove(HIGHEST);
    }
  }

  void merge(Cell other) {
    sums.merge(other.sums);
    histogram.merge(other.histogram.bars());
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
    other.highest.forEach(this::addHigh);
  }

  /** Values of {@link SummaryTable#PARTIAL}. */
  List<Object> partial() {
    return Arrays.asList(
        sums.toBytes(), row(histogram.bars()), (double) min, (double) max, highestRows());
  }

  /** Values of {@link SummaryTable#MEASURES}. */
  List<Object> measures() {
    boolean some = sums.count() > 0;
    Histogram.Bars bars = histogram.bars();
    List<Object> values = new ArrayList<>();
    values.add(sums.count());
    values.add(some ? (Double) sums.mean() : null);
    values.add(sums.standardDeviation());
    values.add(some ? (Double) (double) min : null);
    for (double share : SummaryTable.QUANTILES) {
      values.add(some ? (Double) bars.quantile(share, min, max) : null);
    }
    values.add(some ? (Double) (double) max : null);
    values.add(sums.toBytes());
    values.add(row(bars));
    values.add(highestRows());
    return values;
  }

  private static Row row(Histogram.Bars bars) {
    return RowFactory.create(bars.lows(), bars.counts());
  }

  private Row[] highestRows() {
    return highest.stream()
        .map(high -> RowFactory.create(high.id(), high.value()))
        .toArray(Row[]::new);
  }
}
