package dev.headlight.pipeline.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.HadoopFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
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

  private static final List<String> SCRIPTS = List.of("run.js", "heads.js", "layers.js", "main.js");
  private static final ObjectMapper JSON = new ObjectMapper();

  private Report() {}

  /**
   * Writes the report of a run into its folder, over one that may be there.
   *
   * @param folder output folder of the run
   * @param format of its tables, name of a Spark data source
   */
  public static void write(SparkSession spark, Path folder, String format) {
    Configuration configuration = spark.sparkContext().hadoopConfiguration();
    try {
      ObjectNode data = JSON.createObjectNode();
      data.set("run", JSON.readTree(HadoopFiles.read(new Path(folder, "run.json"), configuration)));
      addSummary(data, spark.read().format(format).load(new Path(folder, "summary").toString()));
      HadoopFiles.write(new Path(folder, FILE), ReportPage.of(data, SCRIPTS), configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the report in %s cannot be made: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static void addSummary(ObjectNode data, Dataset<Row> summary) {
    SummaryTables tables = new SummaryTables();
    summary.toLocalIterator().forEachRemaining(row -> tables.add(row, ""));
    data.set("heads", tables.of(true));
    data.set("layers", tables.of(false));
  }
}
