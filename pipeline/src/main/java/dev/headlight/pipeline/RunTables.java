package dev.headlight.pipeline;

import dev.headlight.pipeline.report.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Work on what runs have written: summaries and reports again, or of several runs together, without
 * the model.
 */
public final class RunTables {
  private RunTables() {}

  /**
   * Writes the report of a run into its folder, over one that is there.
   *
   * @param format of its tables, name of a Spark data source
   * @throws ConfigurationException if the folder is not that of a run
   */
  public static void report(SparkSession spark, String run, String format) {
    Findings findings = open(spark, run, format);
    Report.write(spark, findings.folder(), format);
  }

  /**
   * Sums up runs of the same model over different sequences: {@code summary}, {@code divergence},
   * {@code atlas.json}, and a {@code run.json} that tells of all of them.
   *
   * @param runs their output folders
   * @param output folder to write; must not exist or be empty
   * @throws ConfigurationException if something does not fit, a run is named twice, runs differ in
   *     what their statistics mean, or are over the same sequences
   */
  public static void summarize(
      SparkSession spark, List<String> runs, String output, String format, SummaryOptions options) {
    List<Findings> inputs = runs.stream().map(run -> open(spark, run, format)).toList();
    Findings result = new Findings(spark, HadoopFiles.path(output, "an output folder"), format);
    try {
      requireFree(result.folder(), spark);
      MergedRuns together = MergedRuns.of(inputs, options.fromSequences());
      if (options.onRepeated() == SummaryOptions.OnRepeated.FAIL) {
        RepeatedSequences.refuse(together);
      }
      if (options.fromSequences()) {
        Optional<String> by = options.by();
        Dataset<Row> sequences =
            inputs.stream()
                .map(input -> sequences(input, by))
                .reduce((one, other) -> one.unionByName(other, true))
                .orElseThrow();
        result.write(sequences, by, options.exampleTokens());
        result.writeJson(RunManifest.FILE, together.manifest(by, options.exampleTokens()));
      } else {
        result.writeMerged(inputs);
        result.writeJson(RunManifest.FILE, together.manifest());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s: %s".formatted(output, e.getMessage()), e);
    }
  }

  /** Those of a run; in one without the column all labels would look like nulls. */
  private static Dataset<Row> sequences(Findings run, Optional<String> by) {
    Dataset<Row> sequences = run.read(EncodingJob.SEQUENCES);
    if (by.isPresent() && !List.of(sequences.columns()).contains(by.get())) {
      throw new ConfigurationException(
          "%s: expected sequences with the column '%s' of summary-by, found the columns %s. Run it again with --keep %s, or leave it out."
              .formatted(run.folder(), by.get(), String.join(", ", sequences.columns()), by.get()));
    }
    return sequences;
  }

  /** The folder of a run that has succeeded. */
  static Findings open(SparkSession spark, String run, String format) {
    Findings findings = new Findings(spark, HadoopFiles.path(run, "the folder of a run"), format);
    try {
      if (!findings.has(RunManifest.FILE)) {
        throw new ConfigurationException(
            "%s: expected the output folder of a run, found no %s in it"
                .formatted(run, RunManifest.FILE));
      }
      String status = findings.readJson(RunManifest.FILE).path("status").asText();
      if (!status.equals(RunManifest.SUCCEEDED)) {
        throw new ConfigurationException(
            "%s: expected a run that has succeeded, found one with the status '%s'"
                .formatted(run, status));
      }
      return findings;
    } catch (IOException e) {
      throw new ConfigurationException("%s cannot be read: %s".formatted(run, e.getMessage()), e);
    }
  }

  static void requireFree(Path folder, SparkSession spark) throws IOException {
    var configuration = spark.sparkContext().hadoopConfiguration();
    if (HadoopFiles.exists(folder, configuration)
        && HadoopFiles.fileSystem(folder, configuration).listStatus(folder).length > 0) {
      throw new ConfigurationException(
          "%s: expected no such folder, since results are never overwritten, found one. Choose another output, or delete it."
              .formatted(folder));
    }
  }
}
