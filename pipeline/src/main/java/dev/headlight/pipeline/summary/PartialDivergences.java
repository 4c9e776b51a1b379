package dev.headlight.pipeline.summary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Sums up the divergences of a partition's rows, which come as {@link StatisticsBytes#ofPairs}: one
 * row of {@link HeadDivergences#PARTIAL} for every two heads of a layer.
 */
record PartialDivergences() implements MapPartitionsFunction<Row, Row> {
  private record Layer(String attention, int layer, int heads) {}

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Map<Layer, ExactSums[]> layers = new HashMap<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      if (!row.isNullAt(0)) {
        add((byte[]) row.get(0), layers);
      }
    }
    List<Row> sums = new ArrayList<>();
    layers.forEach((layer, pairs) -> addRows(layer, pairs, sums));
    return sums.iterator();
  }

  private static void add(byte[] bytes, Map<Layer, ExactSums[]> layers) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      byte[] name = new byte[buffer.getInt()];
      buffer.get(name);
      Layer layer =
          new Layer(new String(name, StandardCharsets.UTF_8), buffer.getInt(), buffer.getInt());
      for (ExactSums pair : layers.computeIfAbsent(layer, PartialDivergences::newPairs)) {
        float value = buffer.getFloat();
        if (!Float.isNaN(value)) {
          pair.add(value);
        }
      }
    }
  }

  private static ExactSums[] newPairs(Layer layer) {
    ExactSums[] pairs = new ExactSums[layer.heads() * (layer.heads() - 1) / 2];
    Arrays.setAll(pairs, pair -> new ExactSums());
    return pairs;
  }

  private static void addRows(Layer layer, ExactSums[] pairs, List<Row> rows) {
    int pair = 0;
    for (int head = 0; head < layer.heads(); head++) {
      for (int other = head + 1; other < layer.heads(); other++) {
        rows.add(
            RowFactory.create(
                layer.attention(), layer.layer(), head, other, pairs[pair++].toBytes()));
      }
    }
  }
}
