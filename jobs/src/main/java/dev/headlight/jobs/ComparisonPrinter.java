package dev.headlight.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.Locale;

/** Tells how far two runs are apart. */
final class ComparisonPrinter {
  private ComparisonPrinter() {}

  static void print(JsonNode found, PrintStream out) {
    out.printf(
        "%s sequences in both%n", Units.count(found.path("sequences").path("common").asLong()));
    printLargest(found, out);
    printEmbeddings(found.path("embeddings"), out);
    printLimits(found, out);
    out.printf("%s%n", found.path("verdict").asText());
  }

  private static void printLargest(JsonNode found, PrintStream out) {
    for (String name : new String[] {"largest_effect", "largest_divergence"}) {
      JsonNode largest = found.path(name);
      if (largest.isObject()) {
        out.printf(
            Locale.ROOT,
            "%s %.4g: %s of %s layer %d head %d%n",
            name.replace('_', ' '),
            largest.path("value").asDouble(),
            largest.path("statistic").asText(),
            largest.path("attention").asText(),
            largest.path("layer").asInt(),
            largest.path("head").asInt());
      }
    }
  }

  private static void printEmbeddings(JsonNode embeddings, PrintStream out) {
    if (embeddings.path("cosine").isObject()) {
      out.printf(
          Locale.ROOT,
          "cosine of embeddings: mean %.6f, 5 %% quantile %.6f, least %.6f%n",
          embeddings.path("cosine").path("mean").asDouble(),
          embeddings.path("cosine").path("p05").asDouble(),
          embeddings.path("cosine").path("min").asDouble());
    }
    if (embeddings.path("cka").isNumber()) {
      out.printf(Locale.ROOT, "linear CKA: %.6f%n", embeddings.path("cka").asDouble());
    }
  }

  private static void printLimits(JsonNode found, PrintStream out) {
    for (JsonNode limit : found.path("limits")) {
      out.printf(
          Locale.ROOT,
          "%s %s: found %s, %s%n",
          limit.path("name").asText(),
          limit.path("limit").asText(),
          limit.path("found").isNumber()
              ? String.format(Locale.ROOT, "%.6g", limit.path("found").asDouble())
              : "nothing to measure",
          limit.path("exceeded").asBoolean() ? "exceeded" : "within");
    }
  }
}
