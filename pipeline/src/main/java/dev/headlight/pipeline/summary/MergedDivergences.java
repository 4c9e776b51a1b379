package dev.headlight.pipeline.summary;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Merges the rows of every two heads, all of which are in the same partition, to one of {@link
 * HeadDivergences#TABLE}.
 */
record MergedDivergences() implements MapPartitionsFunction<Row, Row> {
  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Map<List<Object>, ExactSums> pairs = new HashMap<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      List<Object> pair = List.of(row.get(0), row.get(1), row.get(2), row.get(3));
      pairs.merge(pair, ExactSums.of((byte[]) row.get(4)), MergedDivergences::merge);
    }
    return pairs.entrySet().stream().map(pair -> row(pair.getKey(), pair.getValue())).iterator();
  }

  private static ExactSums merge(ExactSums first, ExactSums second) {
    Objects.requireNonNull(first).merge(second);
    return first;
  }

  private static Row row(List<Object> pair, ExactSums sums) {
    Double mean = sums.count() == 0 ? null : (Double) sums.mean();
    return RowFactory.create(
        pair.get(0), pair.get(1), pair.get(2), pair.get(3), sums.count(), mean, sums.toBytes());
  }
}
