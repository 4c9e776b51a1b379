package dev.headlight.pipeline.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Two runs over the same sequences: how far heads and embeddings have drifted, and whether that is
 * within limits. Sequences are matched by id, and heads by attention, layer and number.
 */
public final class Comparison {
  private final Dataset<Row> first;
  private final Dataset<Row> second;
  private final Limits limits;

  private Comparison(Dataset<Row> first, Dataset<Row> second, Limits limits) {
    this.first = first;
    this.second = second;
    this.limits = limits;
  }

  /**
   * A comparison of two tables of sequences. Nothing is computed yet.
   *
   * @throws ConfigurationException if they have nothing to compare, or not what a limit is on
   */
  public static Comparison of(Dataset<Row> first, Dataset<Row> second, Limits limits) {
    Comparison comparison = new Comparison(first, second, limits);
    comparison.require("max-effect", limits.maxEffect(), HeadDrift.STATISTICS);
    comparison.require("max-divergence", limits.maxDivergence(), HeadDrift.PATTERNS);
    comparison.require("min-cosine", limits.minCosine(), "embedding");
    comparison.require("min-cka", limits.minCka(), "embedding");
    if (!comparison.both("id")
        || (!comparison.hasStatistics()
            && !comparison.both("embedding")
            && !comparison.both(HeadDrift.PATTERNS))) {
      throw new ConfigurationException(
          "expected two runs with ids and embedding, attention_statistics or attentions, found the columns %s and %s"
              .formatted(Arrays.toString(first.columns()), Arrays.toString(second.columns())));
    }
    return comparison;
  }

  private void require(String name, Optional<Double> limit, String column) {
    if (limit.isPresent() && !both(column)) {
      throw new ConfigurationException(
          "%s: expected the column %s in both runs, which the limit is on, found it missing. Run again with it among the outputs, or leave the limit out."
              .formatted(name, column));
    }
  }

  private boolean both(String column) {
    return Arrays.asList(first.columns()).contains(column)
        && Arrays.asList(second.columns()).contains(column);
  }

  private boolean hasStatistics() {
    return both(HeadDrift.STATISTICS) && !HeadDrift.common(first, second).isEmpty();
  }

  /** How heads have drifted, one row per head and statistic; lazy. Empty if none was measured. */
  public Optional<Dataset<Row>> heads() {
    Optional<Dataset<Row>> statistics =
        hasStatistics() ? Optional.of(HeadDrift.ofStatistics(first, second)) : Optional.empty();
    if (!both(HeadDrift.PATTERNS)) {
      return statistics;
    }
    Dataset<Row> patterns = HeadDrift.ofPatterns(first, second);
    return Optional.of(statistics.map(table -> table.unionByName(patterns)).orElse(patterns));
  }

  /**
   * Counts, embeddings, largest drifts, and the verdict.
   *
   * @param heads the table of {@link #heads}, as it was written
   */
  public ObjectNode summary(Optional<Dataset<Row>> heads) {
    ObjectNode node = new ObjectMapper().createObjectNode();
    long common = first.select("id").join(second.select("id"), "id").count();
    node.putObject("sequences")
        .put("first", first.count())
        .put("second", second.count())
        .put("common", common);
    if (common == 0) {
      throw new ConfigurationException(
          "expected two runs over the same sequences, found none with the same id in both");
    }
    if (both("embedding")) {
      node.set("embeddings", EmbeddingDrift.of(first, second));
    }
    ArrayNode checks = new ObjectMapper().createArrayNode();
    heads.ifPresent(
        table -> {
          largest(node, table, "effect", "effect IS NOT NULL");
          largest(node, table, "divergence", "statistic = 'divergence'");
        });
    check(checks, "max-effect", limits.maxEffect(), node.path("largest_effect"), true);
    check(checks, "max-divergence", limits.maxDivergence(), node.path("largest_divergence"), true);
    var cosine = node.path("embeddings").path("cosine");
    check(checks, "min-cosine", limits.minCosine(), cosine.path("p05"), false);
    check(checks, "min-cka", limits.minCka(), node.path("embeddings").path("cka"), false);
    node.set("limits", checks);
    boolean exceeded = false;
    for (var check : checks) {
      exceeded |= check.path("exceeded").asBoolean();
    }
    node.put(
        "verdict", checks.isEmpty() ? "no limits" : exceeded ? "limits exceeded" : "within limits");
    return node;
  }

  private static void largest(ObjectNode node, Dataset<Row> heads, String name, String where) {
    String value = name.equals("effect") ? "effect" : "difference";
    List<Row> rows =
        heads
            .filter(where)
            .selectExpr(
                "attention", "layer", "head", "statistic", "abs(%s) AS size".formatted(value))
            .orderBy(org.apache.spark.sql.functions.col("size").desc())
            .limit(1)
            .collectAsList();
    if (!rows.isEmpty() && !rows.get(0).isNullAt(4)) {
      Row row = rows.get(0);
      node.putObject("largest_" + name)
          .put("attention", row.getString(0))
          .put("layer", row.getInt(1))
          .put("head", row.getInt(2))
          .put("statistic", row.getString(3))
          .put("value", row.getDouble(4));
    }
  }

  private static void check(
      ArrayNode checks,
      String name,
      Optional<Double> limit,
      com.fasterxml.jackson.databind.JsonNode found,
      boolean most) {
    if (limit.isEmpty()) {
      return;
    }
    var number = found.isObject() ? found.path("value") : found;
    ObjectNode check = checks.addObject().put("name", name).put("limit", limit.get());
    check.set("found", number.isNumber() ? number : null);
    // What could not be measured is not within the limit.
    boolean within =
        number.isNumber()
            && (most ? number.asDouble() <= limit.get() : number.asDouble() >= limit.get());
    check.put("exceeded", !within);
  }
}
