package dev.headlight.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.summary.Distribution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /**
   * What the report shows of a row. The rows themselves are too large to keep: their histograms can
   * have thousands of bins.
   *
   * @param measures numbers or nulls, one for each of {@link #MEASURES}
   * @param histogram null where there is none to draw
   * @param highest null if the table does not have it
   */
  private record Cell(long count, ArrayNode measures, JsonNode histogram, ArrayNode highest) {}

  private final Map<Name, TreeMap<Place, Cell>> tables = new LinkedHashMap<>();

  /** Adds a row of a summary; the group is that of {@code --summary-by}, or empty. */
  void add(Row row, String group) {
    Name name = new Name(Texts.name(group), text(row, "attention"), text(row, "statistic"));
    int head = row.isNullAt(row.fieldIndex("head")) ? -1 : row.getInt(row.fieldIndex("head"));
    int layer = row.getInt(row.fieldIndex("layer"));
    tables.computeIfAbsent(name, key -> new TreeMap<>()).put(new Place(layer, head), cell(row));
  }

  private static Cell cell(Row row) {
    ArrayNode measures = JSON.createArrayNode();
    int digits = Numbers.digits(number(row, "min"), number(row, "max"));
    MEASURES.forEach(measure -> Numbers.add(measures, number(row, measure), digits));
    Optional<Distribution> distribution =
        has(row, "histogram") ? Distribution.of(row) : Optional.empty();
    return new Cell(
        row.getLong(row.fieldIndex("count")),
        measures,
        distribution.<JsonNode>map(CompactHistogram::of).orElse(NullNode.getInstance()),
        has(row, "highest") ? highest(row) : null);
  }

  /** NaN for null. */
  private static double number(Row row, String column) {
    int index = row.fieldIndex(column);
    return row.isNullAt(index) ? Double.NaN : row.getDouble(index);
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

  private static boolean ofHeads(Map<Place, Cell> rows) {
    return rows.keySet().iterator().next().head() >= 0;
  }

  private static ObjectNode table(Name name, Map<Place, Cell> rows) {
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
    List<Cell> cells = new ArrayList<>();
    for (int layer : layers) {
      for (int head = ofHeads ? 0 : -1; head < (ofHeads ? heads : 0); head++) {
        cells.add(rows.get(new Place(layer, head)));
      }
    }
    measures(table, cells);
    return table;
  }

  /** Cells may be null where the summary has no row. */
  private static void measures(ObjectNode table, List<Cell> cells) {
    ArrayNode counts = table.putArray("count");
    cells.forEach(cell -> counts.add(cell == null ? 0 : cell.count()));
    for (int i = 0; i < MEASURES.size(); i++) {
      int measure = i;
      ArrayNode values = table.putArray(MEASURES.get(i));
      cells.forEach(
          cell -> values.add(cell == null ? NullNode.getInstance() : cell.measures().get(measure)));
    }
    ArrayNode histograms = table.putArray("histogram");
    cells.forEach(cell -> histograms.add(cell == null ? NullNode.getInstance() : cell.histogram()));
    if (cells.stream().anyMatch(cell -> cell != null && cell.highest() != null)) {
      ArrayNode highest = table.putArray("highest");
      cells.forEach(
          cell ->
              highest.add(
                  cell == null || cell.highest() == null
                      ? JSON.createArrayNode()
                      : cell.highest()));
    }
  }

  private static boolean has(Row row, String column) {
    return Arrays.asList(row.schema().fieldNames()).contains(column);
  }

  private static ArrayNode highest(Row row) {
    ArrayNode pairs = JSON.createArrayNode();
    if (row.isNullAt(row.fieldIndex("highest"))) {
      return pairs;
    }
    scala.collection.Seq<Row> found = row.getSeq(row.fieldIndex("highest"));
    for (Row pair : CollectionConverters.asJava(found)) {
      Numbers.add(pairs.addArray().add(Texts.name(pair.getString(0))), pair.getFloat(1));
    }
    return pairs;
  }
}
