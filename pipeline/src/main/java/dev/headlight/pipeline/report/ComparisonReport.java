package dev.headlight.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The page of a comparison of two runs. */
public final class ComparisonReport {
  private static final int MOST_ROWS = 100_000;
  private static final List<String> MEASURES =
      List.of("first", "second", "difference", "absolute", "effect");
  private static final List<String> SCRIPTS = List.of("compare.js");
  private static final ObjectMapper JSON = new ObjectMapper();

  private ComparisonReport() {}

  /**
   * The page as HTML.
   *
   * @param comparison what was found, as it is written beside the page
   * @param heads drift of heads, if it was measured
   */
  public static String of(JsonNode comparison, Optional<Dataset<Row>> heads) {
    ObjectNode data = JSON.createObjectNode();
    data.set("comparison", comparison);
    ArrayNode rows = data.putArray("heads");
    heads.ifPresent(table -> add(rows, table));
    return ReportPage.of(data, SCRIPTS);
  }

  private static void add(ArrayNode array, Dataset<Row> table) {
    Iterator<Row> rows =
        table.sort("statistic", "attention", "layer", "head").limit(MOST_ROWS).toLocalIterator();
    while (rows.hasNext()) {
      Row row = rows.next();
      ArrayNode entry =
          array
              .addArray()
              .add(row.getString(row.fieldIndex("statistic")))
              .add(row.getString(row.fieldIndex("attention")))
              .add(row.getInt(row.fieldIndex("layer")))
              .add(row.getInt(row.fieldIndex("head")));
      for (String measure : MEASURES) {
        int index = row.fieldIndex(measure);
        Numbers.add(entry, row.isNullAt(index) ? Double.NaN : row.getDouble(index));
      }
    }
  }
}
