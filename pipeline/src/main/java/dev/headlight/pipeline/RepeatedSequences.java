package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Separate runs over the same sequences. What {@code run.json} tells of the table does not show
 * them: a folder may get other rows between two runs, as many as before, and the same rows may lie
 * in two folders. Summaries do: their sums are not rounded, so different sequences do not have the
 * same ones in every cell, nor the same ids with the highest values.
 */
final class RepeatedSequences {
  private static final List<String> EVIDENCE =
      List.of("attention", "layer", "head", "statistic", "subset", "sums", "highest");

  private RepeatedSequences() {}

  /**
   * Checks each run against those before it.
   *
   * @throws ConfigurationException if two of them are over the same sequences
   */
  static void refuse(MergedRuns together) throws IOException {
    List<Findings> runs = together.runs();
    List<Counts> counts = together.manifests().stream().map(Counts::of).toList();
    for (int i = 1; i < runs.size(); i++) {
      for (int j = 0; j < i; j++) {
        // Reading summaries takes time, and nearly all are of other counts.
        if (counts.get(i).equals(counts.get(j)) && sameSummary(runs.get(i), runs.get(j))) {
          throw new ConfigurationException(
              "%s: expected a run over other sequences than %s, found the same %d of %d tokens: their statistics have the same sums to the bit, and their highest values in the same ids. They would count twice: leave one of the folders out, or count them twice with --on-repeated merge."
                  .formatted(
                      runs.get(i).folder(),
                      runs.get(j).folder(),
                      counts.get(i).sequences(),
                      counts.get(i).tokens()));
        }
      }
    }
  }

  private record Counts(long sequences, long tokens) {
    static Counts of(JsonNode manifest) {
      JsonNode counts = manifest.path("counts");
      return new Counts(counts.path("sequences").asLong(), counts.path("tokens").asLong());
    }
  }

  private static boolean sameSummary(Findings one, Findings other) throws IOException {
    if (!hasEvidence(one) || !hasEvidence(other)) {
      return false;
    }
    Dataset<Row> cells = cells(one);
    Dataset<Row> others = cells(other);
    // Without an id the sums alone do not tell: statistics of sequences of one token are all alike.
    return !cells.filter("size(highest) > 0").isEmpty()
        && cells.count() == others.count()
        && cells.except(others).isEmpty();
  }

  /** Not where a run was of an earlier version, whose sequences can still be summed up again. */
  private static boolean hasEvidence(Findings run) throws IOException {
    return run.has(EncodingJob.SUMMARY)
        && List.of(run.read(EncodingJob.SUMMARY).columns()).containsAll(EVIDENCE);
  }

  private static Dataset<Row> cells(Findings run) {
    return run.read(EncodingJob.SUMMARY)
        .filter("subset IS NULL")
        .selectExpr(EVIDENCE.toArray(String[]::new));
  }
}
