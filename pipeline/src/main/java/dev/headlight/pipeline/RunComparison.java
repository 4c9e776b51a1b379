package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.compare.Comparison;
import dev.headlight.pipeline.compare.Limits;
import dev.headlight.pipeline.report.ComparisonReport;
import dev.headlight.pipeline.report.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Compares two runs and writes the table {@code heads}, {@code compare.json} and {@code
 * report.html}.
 */
public final class RunComparison {
  /** Name of the file with what was found. */
  public static final String FILE = "compare.json";

  private static final String HEADS = "heads";

  private RunComparison() {}

  /**
   * Compares.
   *
   * @param first output folder of a run
   * @param second output folder of another one over the same sequences
   * @param output folder to write; must not exist or be empty
   * @param format of all tables, name of a Spark data source
   * @return what {@link #FILE} says; its {@code verdict} is {@code no limits}, {@code within
   *     limits} or {@code limits exceeded}
   * @throws ConfigurationException if the runs cannot be compared
   */
  public static JsonNode run(
      SparkSession spark,
      String first,
      String second,
      String output,
      String format,
      Limits limits) {
    Findings one = RunTables.open(spark, first, format);
    Findings other = RunTables.open(spark, second, format);
    Findings result = new Findings(spark, HadoopFiles.path(output, "an output folder"), format);
    try {
      RunTables.requireFree(result.folder(), spark);
      Comparison comparison =
          Comparison.of(one.read(EncodingJob.SEQUENCES), other.read(EncodingJob.SEQUENCES), limits);
      Optional<Dataset<Row>> heads = comparison.heads();
      if (heads.isPresent()) {
        heads
            .get()
            .coalesce(1)
            .sortWithinPartitions("attention", "layer", "head", "statistic")
            .write()
            .format(format)
            .save(new Path(result.folder(), HEADS).toString());
        heads = Optional.of(result.read(HEADS));
      }
      ObjectNode found = comparison.summary(heads);
      found.set("first", run(found, one));
      found.set("second", run(found, other));
      result.writeJson(FILE, found);
      HadoopFiles.write(
          new Path(result.folder(), Report.FILE),
          ComparisonReport.of(found, heads),
          spark.sparkContext().hadoopConfiguration());
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("%s: %s".formatted(output, e.getMessage()), e);
    }
  }

  private static ObjectNode run(ObjectNode factory, Findings run) throws IOException {
    JsonNode manifest = run.readJson(RunManifest.FILE);
    return factory
        .objectNode()
        .put("folder", run.folder().toString())
        .put("model", manifest.path("model").path("location").asText())
        .put("sha256", manifest.path("model").path("sha256").asText())
        .put("precision", manifest.path("precision").asText())
        .put("kernels", manifest.path("kernels").asText());
  }
}
