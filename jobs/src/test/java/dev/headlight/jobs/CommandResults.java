package dev.headlight.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What commands print and write, read again. */
final class CommandResults {
  private CommandResults() {}

  /** The layers of the heads that an atlas gives a label. */
  static List<Integer> layers(JsonNode atlas, String label) {
    List<Integer> layers = new ArrayList<>();
    for (JsonNode entry : atlas.path("labels")) {
      if (entry.path("label").asText().equals(label)) {
        entry.path("heads").forEach(head -> layers.add(head.path("layer").asInt()));
      }
    }
    return layers;
  }

  /** The largest mean of a layer in the table that a command has printed. */
  static double largestMean(String out, int layer, String statistic) {
    String header =
        out.lines().filter(line -> line.startsWith("attention ")).findFirst().orElseThrow();
    int column = List.of(header.strip().split("\\s+", -1)).indexOf(statistic);
    return out.lines()
        .filter(candidate -> candidate.matches("self +" + layer + " .*"))
        .mapToDouble(
            line -> Double.parseDouble(List.of(line.strip().split("\\s+", -1)).get(column)))
        .max()
        .orElseThrow();
  }

  static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(file));
  }
}
