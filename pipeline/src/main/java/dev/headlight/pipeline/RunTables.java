package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.report.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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
  /** Counts of a run that add up. */
  private static final List<String> COUNTS =
      List.of("rows", "sequences", "quarantined", "truncated", "tokens");

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
   * @param fromSequences whether to read sequences again, else the summaries of the runs are merged
   * @param by a column of the sequences by whose values they are summed up, too; only from
   *     sequences
   * @param exampleTokens longest sequence that is named as an example; only from sequences
   * @throws ConfigurationException if something does not fit
   */
  public static void summarize(
      SparkSession spark,
      List<String> runs,
      String output,
      String format,
      boolean fromSequences,
      Optional<String> by,
      int exampleTokens) {
    List<Findings> inputs = runs.stream().map(run -> open(spark, run, format)).toList();
    Findings result = new Findings(spark, HadoopFiles.path(output, "an output folder"), format);
    try {
      requireFree(result.folder(), spark);
      ObjectNode manifest = manifest(inputs, by);
      if (fromSequences) {
        Dataset<Row> sequences =
            inputs.stream()
                .map(input -> input.read(EncodingJob.SEQUENCES))
                .reduce((one, other) -> one.unionByName(other, true))
                .orElseThrow();
        result.write(sequences, by, exampleTokens);
      } else {
        result.writeMerged(inputs);
      }
      result.writeJson(RunManifest.FILE, manifest);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: %s".formatted(output, e.getMessage()), e);
    }
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

  /** The first run's manifest, with the counts of all. */
  private static ObjectNode manifest(List<Findings> inputs, Optional<String> by)
      throws IOException {
    List<JsonNode> manifests = new ArrayList<>();
    for (Findings input : inputs) {
      manifests.add(input.readJson(RunManifest.FILE));
    }
    JsonNode first = manifests.get(0);
    for (int i = 1; i < manifests.size(); i++) {
      String expected = first.path("model").path("sha256").asText();
      String found = manifests.get(i).path("model").path("sha256").asText();
      if (!expected.equals(found)) {
        throw new ConfigurationException(
            "%s: expected a run of the same model as %s, with SHA-256 %s, found %s. Runs of different models are compared with compare."
                .formatted(inputs.get(i).folder(), inputs.get(0).folder(), expected, found));
      }
    }
    ObjectNode manifest = new ObjectMapper().createObjectNode();
    manifest.put("status", RunManifest.SUCCEEDED);
    for (String field : List.of("model", "embedding", "kernels", "precision", "versions")) {
      if (first.has(field)) {
        manifest.set(field, first.path(field));
      }
    }
    ObjectNode configuration = manifest.putObject("configuration");
    configuration.put("summary-by", by.orElse(null));
    ArrayNode runs = manifest.putArray("runs");
    inputs.forEach(input -> runs.add(input.folder().toString()));
    ObjectNode counts = manifest.putObject("counts");
    for (String count : COUNTS) {
      counts.put(
          count,
          manifests.stream().mapToLong(one -> one.path("counts").path(count).asLong()).sum());
    }
    return manifest;
  }
}
