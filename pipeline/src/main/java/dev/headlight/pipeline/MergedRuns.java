package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.statistics.StatisticCatalogue;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;

/**
 * Runs that are summed up together, which are different ones and agree in what their statistics
 * mean. All that is known of them here is their {@code run.json}.
 *
 * @param runs their output folders
 * @param manifests their {@code run.json}, in the same order
 */
record MergedRuns(List<Findings> runs, List<JsonNode> manifests) {
  private static final String CONFIGURATION = "configuration";
  private static final String SUMMARY_BY = "summary-by";
  private static final String OUTPUTS = "outputs";
  private static final String STATISTICS = "statistics";
  private static final String EXAMPLE_TOKENS = "max-attention-tokens";

  /** Names of all runs that a folder holds, where it holds several. */
  private static final String RUN_IDS = "run_ids";

  /** Counts of a run that add up. */
  private static final List<String> COUNTS =
      List.of("rows", "sequences", "quarantined", "truncated", "tokens");

  /** What is told of all runs, where it is the same. */
  private static final List<String> COMMON =
      List.of("embedding", "kernels", "precision", "versions");

  /** Options without which the same sequence would not have the same statistics. */
  private static final List<String> MEANING =
      List.of(
          OUTPUTS,
          STATISTICS,
          "layers",
          "precision",
          "prompt-name",
          "prompt",
          "max-tokens",
          "on-too-long",
          "window-overlap");

  /** What summaries have to agree in beside it. */
  private static final List<String> OF_SUMMARIES = List.of(SUMMARY_BY, EXAMPLE_TOKENS);

  /** Of the outputs, those that are summed up. */
  private static final List<String> SUMMED_UP =
      List.of("attention_statistics", "layer_statistics", "head_divergence");

  /**
   * Checks runs.
   *
   * @param fromSequences whether their sequences are summed up again, else their summaries merged
   * @throws ConfigurationException if one is named twice, or they do not agree
   */
  static MergedRuns of(List<Findings> runs, boolean fromSequences) throws IOException {
    List<JsonNode> manifests = new ArrayList<>();
    for (Findings run : runs) {
      manifests.add(run.readJson(RunManifest.FILE));
    }
    MergedRuns merged = new MergedRuns(runs, manifests);
    merged.requireDifferentFolders();
    merged.requireDifferentRuns();
    merged.requireSameModel();
    MEANING.forEach(merged::requireSame);
    if (!fromSequences) {
      OF_SUMMARIES.forEach(merged::requireSame);
    }
    return merged;
  }

  private void requireDifferentFolders() throws IOException {
    Map<URI, Path> seen = new HashMap<>();
    for (Findings run : runs) {
      Path folder = run.folder();
      var configuration = run.spark().sparkContext().hadoopConfiguration();
      Path before =
          seen.put(HadoopFiles.qualified(folder, configuration).toUri().normalize(), folder);
      if (before != null) {
        throw new ConfigurationException(
            "%s: expected every run once, found it twice%s. Its sequences would count twice: name it once."
                .formatted(folder, before.equals(folder) ? "" : ", also as " + before));
      }
    }
  }

  private void requireDifferentRuns() {
    Map<String, Path> seen = new HashMap<>();
    for (int i = 0; i < runs.size(); i++) {
      Path folder = runs.get(i).folder();
      for (String id : ids(manifests.get(i))) {
        Path before = seen.put(id, folder);
        if (before != null) {
          throw new ConfigurationException(
              "%s: expected a run over other sequences than %s, found one that both hold, which started at %s. Its sequences would count twice: leave one of the folders out."
                  .formatted(folder, before, id.substring(0, id.indexOf(' '))));
        }
      }
    }
  }

  /** When each run that a folder holds has started, and its name on its cluster. */
  private static List<String> ids(JsonNode manifest) {
    List<String> ids = new ArrayList<>();
    if (manifest.has(RUN_IDS)) {
      manifest.path(RUN_IDS).forEach(id -> ids.add(id.asText()));
    } else if (manifest.has("started_at")) {
      ids.add(
          manifest.path("started_at").asText() + " " + manifest.path("spark_application").asText());
    }
    return ids;
  }

  private void requireSameModel() {
    String expected = manifests.get(0).path("model").path("sha256").asText();
    for (int i = 1; i < runs.size(); i++) {
      String found = manifests.get(i).path("model").path("sha256").asText();
      if (!expected.equals(found)) {
        throw new ConfigurationException(
            "%s: expected a run of the same model as %s, with SHA-256 %s, found %s. Runs of different models are compared with compare."
                .formatted(runs.get(i).folder(), runs.get(0).folder(), expected, found));
      }
    }
  }

  private void requireSame(String option) {
    int first = -1;
    for (int i = 0; i < runs.size(); i++) {
      JsonNode configuration = manifests.get(i).path(CONFIGURATION);
      if (!configuration.has(option)) {
        continue;
      }
      if (first < 0) {
        first = i;
      }
      String expected = text(option, manifests.get(first).path(CONFIGURATION));
      String found = text(option, configuration);
      if (!expected.equals(found)) {
        throw new ConfigurationException(
            "%s: expected a run with the %s of %s, %s, found %s. %s"
                .formatted(
                    runs.get(i).folder(),
                    option,
                    runs.get(first).folder(),
                    expected,
                    found,
                    OF_SUMMARIES.contains(option)
                        ? "Sum up the sequences again: --from sequences --%s VALUE."
                            .formatted(option)
                        : "Runs with other options are compared with compare."));
      }
    }
  }

  private static String text(String option, JsonNode configuration) {
    JsonNode value = configuration.path(option);
    if (option.equals(STATISTICS)) {
      List<String> groups = new ArrayList<>();
      value.forEach(group -> groups.add(group.asText()));
      return StatisticCatalogue.parse(String.join(",", groups)).toString();
    }
    if (value.isArray()) {
      TreeSet<String> elements = new TreeSet<>();
      value.forEach(element -> elements.add(element.asText()));
      if (option.equals(OUTPUTS)) {
        elements.retainAll(SUMMED_UP);
      }
      return elements.toString();
    }
    return value.isNull() ? "none" : "'%s'".formatted(value.asText());
  }

  /** What {@code run.json} tells of merged summaries. */
  ObjectNode manifest() {
    ObjectNode manifest = common();
    copy(OF_SUMMARIES, manifest);
    return manifest;
  }

  /** What {@code run.json} tells of sequences that were summed up again. */
  ObjectNode manifest(Optional<String> by, int exampleTokens) {
    ObjectNode manifest = common();
    manifest
        .withObjectProperty(CONFIGURATION)
        .put(SUMMARY_BY, by.orElse(null))
        .put(EXAMPLE_TOKENS, exampleTokens);
    return manifest;
  }

  private ObjectNode common() {
    ObjectNode manifest = new ObjectMapper().createObjectNode();
    manifest.put("status", RunManifest.SUCCEEDED);
    manifest.set("model", manifests.get(0).path("model"));
    for (String field : COMMON) {
      JsonNode first = manifests.get(0).path(field);
      if (manifests.stream().allMatch(one -> one.has(field) && one.path(field).equals(first))) {
        manifest.set(field, first);
      }
    }
    manifest.putObject(CONFIGURATION);
    copy(MEANING, manifest);
    ArrayNode folders = manifest.putArray("runs");
    runs.forEach(run -> folders.add(run.folder().toString()));
    ArrayNode ids = manifest.putArray(RUN_IDS);
    manifests.forEach(one -> ids(one).forEach(ids::add));
    ObjectNode counts = manifest.putObject("counts");
    for (String count : COUNTS) {
      counts.put(
          count,
          manifests.stream().mapToLong(one -> one.path("counts").path(count).asLong()).sum());
    }
    return manifest;
  }

  /** Takes over options, all of whose values are the same. */
  private void copy(List<String> options, ObjectNode manifest) {
    for (String option : options) {
      manifests.stream()
          .map(one -> one.path(CONFIGURATION))
          .filter(configuration -> configuration.has(option))
          .findFirst()
          .ifPresent(
              configuration ->
                  manifest
                      .withObjectProperty(CONFIGURATION)
                      .set(option, configuration.path(option)));
    }
  }
}
