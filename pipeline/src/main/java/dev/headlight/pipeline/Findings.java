package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.pipeline.atlas.Atlas;
import dev.headlight.pipeline.summary.HeadDivergences;
import dev.headlight.pipeline.summary.Summary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What is found out from the sequences of a run, in tables and files beside them: {@code summary},
 * {@code divergence} where it was measured, and {@code atlas.json}.
 *
 * @param folder output folder of the run
 * @param format of its tables, name of a Spark data source that keeps nested columns
 */
record Findings(SparkSession spark, Path folder, String format) {
  /** Means of the divergence between heads. */
  static final String DIVERGENCE = "divergence";

  Findings {
    TableFormat.require(format);
  }

  Dataset<Row> read(String table) {
    return StoredTables.read(spark, format, new Path(folder, table).toString());
  }

  boolean has(String table) throws IOException {
    return HadoopFiles.exists(new Path(folder, table), configuration());
  }

  /** Divergences, if there are some. */
  List<Dataset<Row>> divergences() throws IOException {
    return has(DIVERGENCE) ? List.of(read(DIVERGENCE)) : List.of();
  }

  /** Writes what a table of sequences tells, and the atlas of it. */
  void write(Dataset<Row> sequences, Optional<String> summaryBy, int exampleTokens)
      throws IOException {
    save(Summary.of(sequences, summaryBy, exampleTokens), EncodingJob.SUMMARY);
    Optional<Dataset<Row>> divergences = HeadDivergences.of(sequences);
    if (divergences.isPresent()) {
      save(divergences.get(), DIVERGENCE);
    }
    writeAtlas();
  }

  /** Writes what others have found from different sequences, merged, and the atlas of it. */
  void writeMerged(List<Findings> others) throws IOException {
    save(
        Summary.merge(others.stream().map(other -> other.read(EncodingJob.SUMMARY)).toList()),
        EncodingJob.SUMMARY);
    List<Dataset<Row>> divergences = new ArrayList<>();
    for (Findings other : others) {
      divergences.addAll(other.divergences());
    }
    if (!divergences.isEmpty()) {
      save(HeadDivergences.merge(divergences), DIVERGENCE);
    }
    writeAtlas();
  }

  void save(Dataset<Row> table, String name) {
    table.write().format(format).save(new Path(folder, name).toString());
  }

  private void writeAtlas() throws IOException {
    writeJson(Atlas.FILE, Atlas.of(read(EncodingJob.SUMMARY), divergences()).toJson());
  }

  void writeJson(String name, JsonNode json) throws IOException {
    String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    HadoopFiles.write(new Path(folder, name), text + "\n", configuration());
  }

  JsonNode readJson(String name) throws IOException {
    return new ObjectMapper().readTree(HadoopFiles.read(new Path(folder, name), configuration()));
  }

  private Configuration configuration() {
    return spark.sparkContext().hadoopConfiguration();
  }
}
