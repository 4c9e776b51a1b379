package dev.headlight.pipeline.atlas;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What kinds of heads a model has: labels by documented thresholds, each with the confidence
 * interval of the mean that earned it, heads ranked by label, and pairs of heads of a layer that do
 * the same.
 */
public final class Atlas {
  /** Name of the file in the output folder. */
  public static final String FILE = "atlas.json";

  /** Heads whose mean divergence is at most this many nats count as redundant. */
  static final double REDUNDANT = 0.02;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<HeadProfile> heads;
  private final List<Pair> pairs;

  /** Mean divergence of two heads of a layer. */
  private record Pair(String attention, int layer, int head, int other, double divergence) {}

  private record Labelled(HeadProfile head, LabelRule rule, Estimate estimate) {}

  private Atlas(List<HeadProfile> heads, List<Pair> pairs) {
    this.heads = heads;
    this.pairs = pairs;
  }

  /**
   * The atlas of a summary.
   *
   * @param summary rows of the whole corpus; those of subsets are left out
   * @param divergences means between heads; empty where they were not measured
   */
  public static Atlas of(Dataset<Row> summary, List<Dataset<Row>> divergences) {
    Map<List<Object>, Map<String, Estimate>> found = new HashMap<>();
    summary
        .filter("head IS NOT NULL AND subset IS NULL AND count > 0")
        .select("attention", "layer", "head", "statistic", "count", "mean", "stddev")
        .toLocalIterator()
        .forEachRemaining(
            row ->
                found
                    .computeIfAbsent(
                        List.of(row.get(0), row.get(1), row.get(2)), key -> new HashMap<>())
                    .put(row.getString(3), estimate(row)));
    List<HeadProfile> heads = new ArrayList<>();
    found.forEach(
        (key, statistics) ->
            heads.add(
                new HeadProfile(
                    (String) key.get(0), (Integer) key.get(1), (Integer) key.get(2), statistics)));
    heads.sort(HeadProfile.ORDER);
    List<Pair> pairs = new ArrayList<>();
    for (Dataset<Row> table : divergences) {
      table
          .filter("count > 0")
          .select("attention", "layer", "head", "other", "mean")
          .toLocalIterator()
          .forEachRemaining(
              row ->
                  pairs.add(
                      new Pair(
                          row.getString(0),
                          row.getInt(1),
                          row.getInt(2),
                          row.getInt(3),
                          row.getDouble(4))));
    }
    return new Atlas(OutputNorms.added(heads), pairs);
  }

  /** The atlas of heads whose divergence is not known. */
  static Atlas of(List<HeadProfile> heads) {
    return new Atlas(OutputNorms.added(heads), List.of());
  }

  private static Estimate estimate(Row row) {
    return new Estimate(row.getLong(4), row.getDouble(5), row.isNullAt(6) ? 0 : row.getDouble(6));
  }

  /** Labels of every head, the strongest first. */
  private List<Labelled> labels(HeadProfile head) {
    return LabelRules.ALL.stream()
        .filter(rule -> rule.appliesTo(head))
        .map(rule -> new Labelled(head, rule, head.estimate(rule.statistic()).orElseThrow()))
        .toList();
  }

  /** As {@code atlas.json}. */
  public ObjectNode toJson() {
    ObjectNode json = JSON.createObjectNode();
    var rules = json.putArray("rules");
    for (LabelRule rule : LabelRules.ALL) {
      rules
          .addObject()
          .put("label", rule.label())
          .put("statistic", rule.statistic())
          .put(rule.above() ? "at_least" : "at_most", rule.threshold())
          .put("meaning", rule.meaning());
    }
    var list = json.putArray("heads");
    Map<String, List<Labelled>> byLabel = new TreeMap<>();
    for (HeadProfile head : heads) {
      ObjectNode entry = list.addObject();
      place(entry, head);
      var labels = entry.putArray("labels");
      for (Labelled labelled : labels(head)) {
        describe(labels.addObject().put("label", labelled.rule().label()), labelled);
        byLabel.computeIfAbsent(labelled.rule().label(), key -> new ArrayList<>()).add(labelled);
      }
    }
    addRanking(json, byLabel);
    addPairs(json);
    return json;
  }

  private static void place(ObjectNode entry, HeadProfile head) {
    entry.put("attention", head.attention()).put("layer", head.layer()).put("head", head.head());
  }

  private static void describe(ObjectNode entry, Labelled labelled) {
    Estimate estimate = labelled.estimate();
    entry
        .put("statistic", labelled.rule().statistic())
        .put("mean", estimate.mean())
        .put("low", estimate.low())
        .put("high", estimate.high())
        .put("sequences", estimate.count())
        .put("certain", labelled.rule().isCertain(estimate));
  }

  private static void addRanking(ObjectNode json, Map<String, List<Labelled>> byLabel) {
    var labels = json.putArray("labels");
    for (LabelRule rule : LabelRules.ALL) {
      List<Labelled> ranked = byLabel.getOrDefault(rule.label(), new ArrayList<>());
      Comparator<Labelled> order =
          Comparator.comparingDouble(labelled -> labelled.estimate().mean());
      ranked.sort(rule.above() ? order.reversed() : order);
      var entries = labels.addObject().put("label", rule.label()).putArray("heads");
      for (Labelled labelled : ranked) {
        ObjectNode entry = entries.addObject();
        place(entry, labelled.head());
        describe(entry, labelled);
      }
    }
  }

  private void addPairs(ObjectNode json) {
    json.put("redundant_at_most", REDUNDANT);
    var redundant = json.putArray("redundant");
    var all = json.putArray("divergence");
    for (Pair pair : pairs) {
      add(all.addObject(), pair);
    }
    pairs.stream()
        .filter(pair -> pair.divergence() <= REDUNDANT)
        .sorted(Comparator.comparingDouble(Pair::divergence))
        .forEach(pair -> add(redundant.addObject(), pair));
  }

  private static void add(ObjectNode entry, Pair pair) {
    entry
        .put("attention", pair.attention())
        .put("layer", pair.layer())
        .put("head", pair.head())
        .put("other", pair.other())
        .put("divergence", pair.divergence());
  }
}
