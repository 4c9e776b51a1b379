package dev.headlight.pipeline.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Rows of a summary as tables for the report: one per group, attention and statistic, with a list
 * per measure in which layers follow each other, each with all its heads.
 */
final class SummaryTables {
  /** Measures of a summary that the report shows. */
  static final List<String> MEASURES =
      List.of("mean", "stddev", "min", "p05", "p25", "p50", "p75", "p95", "max");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Layer and head of a row; the head is -1 where the statistic is one of layers. */
  private record Place(int layer, int head) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return layer != other.layer
          ? Integer.compare(layer, other.layer)
          : Integer.compare(head, other.head);
    }
  }

  private record Name(String group, String attention, String statistic) {}

  private final Map<Name, TreeMap<Place, Row>> tables = new LinkedHashMap<>();

  /** Adds a row of a summary; the group is that of {@code --summary-by}, or empty. */
  void add(Row row, String group) {
    Name name = new Name(group, text(row, "attention"), text(row, "statistic"));
    int head = row.isNullAt(row.fieldIndex("head")) ? -1 : row.getInt(row.fieldIndex("head"));
    int layer = row.getInt(row.fieldIndex("layer"));
    tables.computeIfAbsent(name, key -> new TreeMap<>()).put(new Place(layer, head), row);
  }

  private static String text(Row row, String column) {
    return row.getString(row.fieldIndex(column));
  }

  /** Tables of statistics of heads, or of layers. */
  ArrayNode of(boolean heads) {
    ArrayNode array = JSON.createArrayNode();
    tables.forEach(
        (name, rows) -> {
          if (ofHeads(rows) == heads) {
            array.add(table(name, rows));
          }
        });
    return array;
  }

  private static boolean ofHeads(Map<Place, Row> rows) {
    return rows.keySet().iterator().next().head() >= 0;
  }

  private static ObjectNode table(Name name, Map<Place, Row> rows) {
    ObjectNode table = JSON.createObjectNode();
    if (!name.group().isEmpty()) {
      table.put("group", name.group());
    }
    table.put("attention", name.attention()).put("statistic", name.statistic());
    TreeSet<Integer> layers = new TreeSet<>();
    rows.keySet().forEach(place -> layers.add(place.layer()));
    layers.forEach(table.putArray("layers")::add);
    boolean ofHeads = ofHeads(rows);
    int heads = 1 + rows.keySet().stream().mapToInt(Place::head).max().orElse(0);
    if (ofHeads) {
      table.put("heads", heads);
    }
    List<Row> cells = new ArrayList<>();
    for (int layer : layers) {
      for (int head = ofHeads ? 0 : -1; head < (ofHeads ? heads : 0); head++) {
        cells.add(rows.get(new Place(layer, head)));
      }
    }
    measures(table, cells);
    return table;
  }

  private static void measures(ObjectNode table, List<Row> cells) {
    ArrayNode counts = table.putArray("count");
    cells.forEach(row -> counts.add(row == null ? 0 : row.getLong(row.fieldIndex("count"))));
    for (String measure : MEASURES) {
      ArrayNode values = table.putArray(measure);
      cells.forEach(row -> add(values, row, measure));
    }
    if (cells.stream().anyMatch(row -> row != null && has(row, "highest"))) {
      ArrayNode highest = table.putArray("highest");
      cells.forEach(row -> highest.add(highest(row)));
    }
  }

  private static void add(ArrayNode values, Row row, String measure) {
    if (row == null || row.isNullAt(row.fieldIndex(measure))) {
      values.addNull();
    } else {
      Numbers.add(values, row.getDouble(row.fieldIndex(measure)));
    }
  }

  private static boolean has(Row row, String column) {
    return Arrays.asList(row.schema().fieldNames()).contains(column);
  }

  private static ArrayNode highest(Row row) {
    ArrayNode pairs = JSON.createArrayNode();
    if (row == null || row.isNullAt(row.fieldIndex("highest"))) {
      return pairs;
    }
    scala.collection.Seq<Row> found = row.getSeq(row.fieldIndex("highest"));
    for (Row pair : CollectionConverters.asJava(found)) {
      Numbers.add(pairs.addArray().add(pair.getString(0)), pair.getFloat(1));
    }
    return pairs;
  }
}
