package dev.headlight.pipeline.summary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.datasketches.kll.KllFloatsSketch;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.quantilescommon.QuantileSearchCriteria;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.jdk.javaapi.CollectionConverters;

/** What is known of the values of one statistic of one head or layer. */
final class Cell {
  /** Size of a sketch: ranks are right within about 0.5 %, and a sketch has about 6 kB. */
  static final int SKETCH_SIZE = 512;

  private static final int HIGHEST = 3;
  private static final Comparator<High> ORDER =
      Comparator.comparingDouble((High high) -> -high.value()).thenComparing(High::id);

  /** A sequence with a high value. */
  private record High(String id, float value) {}

  private final Moments moments;
  private final KllFloatsSketch sketch;
  private final List<High> highest = new ArrayList<>();

  Cell() {
    this(new Moments(), KllFloatsSketch.newHeapInstance(SKETCH_SIZE));
  }

  private Cell(Moments moments, KllFloatsSketch sketch) {
    this.moments = moments;
    this.sketch = sketch;
  }

  /** A cell of a row of {@link SummaryTable}, whose columns begin at an index. */
  static Cell of(Row row, int first) {
    long count = row.getLong(first);
    if (count == 0) {
      return new Cell();
    }
    Moments moments =
        new Moments(
            count,
            row.getDouble(first + 1),
            row.getDouble(first + 2),
            row.getDouble(first + 3),
            row.getDouble(first + 4));
    byte[] bytes = (byte[]) row.get(first + 5);
    Cell cell = new Cell(moments, KllFloatsSketch.heapify(Memory.wrap(bytes)));
    scala.collection.Seq<Row> highest = row.getSeq(first + 6);
    for (Row high : CollectionConverters.asJava(highest)) {
      cell.highest.add(new High(high.getString(0), high.getFloat(1)));
    }
    return cell;
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
    moments.add(value);
    sketch.update(value);
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
    moments.merge(other.moments);
    sketch.merge(other.sketch);
    other.highest.forEach(this::addHigh);
  }

  /** Values of {@link SummaryTable#PARTIAL}. */
  List<Object> partial() {
    return Arrays.asList(
        moments.count(),
        moments.mean(),
        moments.m2(),
        moments.min(),
        moments.max(),
        sketch.toByteArray(),
        highestRows());
  }

  /** Values of {@link SummaryTable#MEASURES}. */
  List<Object> measures() {
    boolean some = moments.count() > 0;
    List<Object> values = new ArrayList<>();
    values.add(moments.count());
    values.add(some ? (Double) moments.mean() : null);
    values.add(moments.standardDeviation());
    values.add(some ? (Double) moments.min() : null);
    double[] ranks = SummaryTable.QUANTILES.stream().mapToDouble(Double::doubleValue).toArray();
    float[] quantiles =
        some ? sketch.getQuantiles(ranks, QuantileSearchCriteria.INCLUSIVE) : new float[0];
    for (int i = 0; i < ranks.length; i++) {
      values.add(some ? (Double) (double) quantiles[i] : null);
    }
    values.add(some ? (Double) moments.max() : null);
    values.add(some ? (Double) moments.m2() : null);
    values.add(some ? sketch.toByteArray() : null);
    values.add(highestRows());
    return values;
  }

  private Row[] highestRows() {
    return highest.stream()
        .map(high -> RowFactory.create(high.id(), high.value()))
        .toArray(Row[]::new);
  }
}
