package dev.headlight.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.HadoopFiles;
import dev.headlight.pipeline.StoredTables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * {@code report.html}: what a run has found, to look at. Made of the tables that the run has
 * written, so it can be made again at any time.
 */
public final class Report {
  /** Name of the report in the output folder. */
  public static final String FILE = "report.html";

  /** Cells of a summary in a report: those of 32 layers with 32 heads and 40 statistics. */
  private static final int MOST_CELLS = 45_000;

  private static final List<String> SCRIPTS =
      List.of(
          "run.js",
          "histograms.js",
          "heads.js",
          "layers.js",
          "atlas.js",
          "redundancy.js",
          "examples.js",
          "embeddings.js",
          "main.js");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final SparkSession spark;
  private final Path folder;
  private final String format;
  private final Configuration configuration;

  private Report(SparkSession spark, Path folder, String format) {
    this.spark = spark;
    this.folder = folder;
    this.format = format;
    this.configuration = spark.sparkContext().hadoopConfiguration();
  }

  /**
   * Writes the report of a run into its folder, over one that may be there.
   *
   * @param folder output folder of the run
   * @param format of its tables, name of a Spark data source
   */
  public static void write(SparkSession spark, Path folder, String format) {
    try {
      Report report = new Report(spark, folder, format);
      String page = ReportPage.of(report.data(), SCRIPTS);
      HadoopFiles.write(new Path(folder, FILE), page, report.configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the report in %s cannot be made: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private ObjectNode data() throws IOException {
    ObjectNode data = JSON.createObjectNode();
    data.set("run", readJson("run.json"));
    if (has("summary")) {
      addSummary(data, read("summary"));
    }
    if (has("atlas.json")) {
      data.set("atlas", readJson("atlas.json"));
    }
    if (has("examples")) {
      data.set("examples", ExampleTables.of(read("examples")));
    }
    if (has("sequences")) {
      long count = data.path("run").path("counts").path("sequences").asLong();
      EmbeddingMap.add(data, read("sequences"), count);
    }
    return data;
  }

  private void addSummary(ObjectNode data, Dataset<Row> summary) {
    SummaryTables tables = new SummaryTables();
    boolean subsets = Arrays.asList(summary.columns()).contains("subset");
    // All sequences first, then the subsets as long as there is room.
    Iterator<Row> rows = (subsets ? summary.sort("subset") : summary).toLocalIterator();
    int cells = 0;
    while (rows.hasNext() && cells < MOST_CELLS) {
      Row row = rows.next();
      int index = subsets ? row.fieldIndex("subset") : -1;
      tables.add(row, index < 0 || row.isNullAt(index) ? "" : row.getString(index));
      cells++;
    }
    data.set("heads", tables.of(true));
    data.set("layers", tables.of(false));
    JsonNode by = data.path("run").path("configuration").path("summary-by");
    data.put("group_column", by.isTextual() ? by.asText() : "subset");
    data.put("complete", !rows.hasNext());
  }

  private boolean has(String name) throws IOException {
    return HadoopFiles.exists(new Path(folder, name), configuration);
  }

  private Dataset<Row> read(String table) {
    return StoredTables.read(spark, format, new Path(folder, table).toString());
  }

  private JsonNode readJson(String name) throws IOException {
    return JSON.readTree(HadoopFiles.read(new Path(folder, name), configuration));
  }
}
