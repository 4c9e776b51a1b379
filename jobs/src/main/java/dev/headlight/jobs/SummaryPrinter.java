package dev.headlight.jobs;

import static org.apache.spark.sql.functions.col;

import dev.headlight.pipeline.EncodingJob;
import dev.headlight.pipeline.StoredTables;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Shows the first lines of a summary: the means of some statistics, a line for each head. */
final class SummaryPrinter {
  private static final int MOST_HEADS = 24;
  private static final List<String> STATISTICS =
      List.of("entropy", "previous_mass", "first_token_mass", "induction_mass", "mean_distance");

  private SummaryPrinter() {}

  /** A head, in the order in which heads are shown. */
  private record Head(String attention, int layer, int head) {}

  static void print(SparkSession session, String output, String format, PrintStream out) {
    String summary = output + "/" + EncodingJob.SUMMARY;
    Map<Head, Map<String, Double>> heads = means(StoredTables.read(session, format, summary));
    if (heads.isEmpty()) {
      return;
    }
    out.printf("%nMeans over all sequences, from %s:%n%n", summary);
    out.println(line("attention", "layer", "head", STATISTICS));
    heads.forEach(
        (head, means) ->
            out.println(
                line(
                    head.attention(),
                    Integer.toString(head.layer()),
                    Integer.toString(head.head()),
                    STATISTICS.stream().map(name -> number(means.get(name))).toList())));
    out.flush();
  }

  private static Map<Head, Map<String, Double>> means(Dataset<Row> summary) {
    List<Row> rows =
        summary
            .filter(col("subset").isNull())
            .filter(col("head").isNotNull().and(col("statistic").isInCollection(STATISTICS)))
            .orderBy("attention", "layer", "head", "statistic")
            .select("attention", "layer", "head", "statistic", "mean")
            .limit(MOST_HEADS * STATISTICS.size())
            .collectAsList();
    Map<Head, Map<String, Double>> heads = new LinkedHashMap<>();
    for (Row row : rows) {
      heads
          .computeIfAbsent(
              new Head(row.getString(0), row.getInt(1), row.getInt(2)),
              head -> new LinkedHashMap<>())
          .put(row.getString(3), row.isNullAt(4) ? null : row.getDouble(4));
    }
    return heads;
  }

  private static String line(String attention, String layer, String head, List<String> values) {
    StringBuilder line =
        new StringBuilder(String.format(Locale.ROOT, "%-9s %5s %5s", attention, layer, head));
    for (int i = 0; i < values.size(); i++) {
      int width = STATISTICS.get(i).length() + 2;
      line.append(String.format(Locale.ROOT, "%" + width + "s", values.get(i)));
    }
    return line.toString();
  }

  private static String number(Double mean) {
    return mean == null ? "-" : String.format(Locale.ROOT, "%.3f", mean);
  }
}
