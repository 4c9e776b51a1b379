package dev.headlight.pipeline.summary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Merges the rows of a cell, all of which are in the same partition, to one of the summary. */
record MergedSummary() implements MapPartitionsFunction<Row, Row> {
  private static final int KEYS = SummaryTable.KEYS.size();

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Map<List<Object>, Cell> cells = new HashMap<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      List<Object> key = new ArrayList<>();
      for (int i = 0; i < KEYS; i++) {
        key.add(row.get(i));
      }
      Cell cell = Cell.of(row, KEYS);
      cells.merge(key, cell, MergedSummary::merge);
    }
    return cells.entrySet().stream().map(entry -> row(entry.getKey(), entry.getValue())).iterator();
  }

  private static Cell merge(Cell first, Cell second) {
    Objects.requireNonNull(first).merge(second);
    return first;
  }

  private static Row row(List<Object> key, Cell cell) {
    List<Object> values = new ArrayList<>(key);
    values.addAll(cell.measures());
    return RowFactory.create(values.toArray());
  }
}
