package dev.headlight.pipeline.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Example patterns for the report, the shortest first, as many as fit. A weight takes a byte, which
 * holds 255 times its root: so small weights keep their differences.
 */
final class ExampleTables {
  /** Bytes of weights in a report. */
  private static final long MOST_BYTES = 4 << 20;

  private static final int MOST_TOKEN_CHARACTERS = 40;
  private static final Set<String> OTHERS =
      Set.of("id", "n_tokens", "truncated", "attentions", "tokens");
  private static final ObjectMapper JSON = new ObjectMapper();

  private ExampleTables() {}

  static ArrayNode of(Dataset<Row> examples) {
    ArrayNode array = JSON.createArrayNode();
    Iterator<Row> rows =
        examples
            .filter("attentions IS NOT NULL")
            .withColumn("id", examples.col("id").cast("string"))
            .sort("n_tokens", "id")
            .toLocalIterator();
    long bytes = 0;
    while (rows.hasNext() && bytes < MOST_BYTES) {
      bytes += add(array, rows.next(), MOST_BYTES - bytes);
    }
    return array;
  }

  private static long add(ArrayNode array, Row row, long room) {
    ObjectNode example = JSON.createObjectNode();
    example.put("id", Texts.name(row.getString(row.fieldIndex("id"))));
    example.put("n_tokens", row.getInt(row.fieldIndex("n_tokens")));
    ObjectNode kept = example.putObject("kept");
    for (String column : row.schema().fieldNames()) {
      if (!OTHERS.contains(column)) {
        kept.put(column, Texts.shortened(String.valueOf(row.get(row.fieldIndex(column)))));
      }
    }
    int tokens = row.fieldIndex("tokens");
    if (!row.isNullAt(tokens)) {
      ArrayNode texts = example.putArray("tokens");
      Seq<String> list = row.getSeq(tokens);
      list.foreach(token -> texts.add(Texts.shortened(token, MOST_TOKEN_CHARACTERS)));
    }
    ArrayNode heads = example.putArray("heads");
    Seq<Row> attentions = row.getSeq(row.fieldIndex("attentions"));
    long bytes = 0;
    for (Row head : CollectionConverters.asJava(attentions)) {
      byte[] weights = weights(head, heads);
      bytes += weights.length;
    }
    if (bytes <= room) {
      array.add(example);
      return bytes;
    }
    return 0;
  }

  private static byte[] weights(Row head, ArrayNode heads) {
    Seq<Seq<Object>> matrix = head.getSeq(3);
    List<Seq<Object>> queries = CollectionConverters.asJava(matrix);
    int keys = queries.isEmpty() ? 0 : queries.get(0).size();
    byte[] weights = new byte[queries.size() * keys];
    for (int i = 0; i < queries.size(); i++) {
      for (int j = 0; j < keys; j++) {
        double weight = ((Number) queries.get(i).apply(j)).doubleValue();
        weights[i * keys + j] =
            (byte) Math.round(255 * Math.sqrt(Math.max(0, Math.min(1, weight))));
      }
    }
    heads
        .addObject()
        .put("attention", head.getString(0))
        .put("layer", head.getInt(1))
        .put("head", head.getInt(2))
        .put("queries", queries.size())
        .put("keys", keys)
        .put("weights", Base64.getEncoder().encodeToString(weights));
    return weights;
  }

  static boolean hasColumns(Dataset<Row> table, List<String> columns) {
    return Arrays.asList(table.columns()).containsAll(columns);
  }
}
