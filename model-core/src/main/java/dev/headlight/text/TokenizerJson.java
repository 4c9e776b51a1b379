package dev.headlight.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * The text of a {@code tokenizer.json} and what was read of it.
 *
 * @param sections {@code truncation}, {@code padding} and {@code normalizer}, as far as they are
 *     there
 * @param ids of the tokens that were asked for, as far as they are there
 * @param special ids of added tokens that are marked as special
 * @param unknown id of the model's unknown token
 */
record TokenizerJson(
    String json,
    Map<String, Section> sections,
    SortedMap<String, Integer> ids,
    SortedSet<Integer> special,
    Optional<Integer> unknown) {

  /**
   * The value of one key.
   *
   * @param start of the value in the text
   * @param end behind its last character
   * @param value null for JSON's null
   */
  record Section(int start, int end, JsonNode value) {}

  /** Whether texts lose their end when they are too long, or their start. */
  boolean truncatesLeft() {
    JsonNode truncation = value("truncation");
    return truncation != null && truncation.path("direction").asText().equals("Left");
  }

  /**
   * The same tokenizer without truncation and padding of its own, character by character as it was
   * elsewhere.
   *
   * @param lowercase whether texts are to be put in lower case before all else, unless the
   *     tokenizer has a step that does so
   */
  String prepared(boolean lowercase) {
    List<Edit> edits = new ArrayList<>();
    for (String key : List.of("truncation", "padding")) {
      if (value(key) != null) {
        edits.add(new Edit(sections.get(key).start(), sections.get(key).end(), "null"));
      }
    }
    if (lowercase && !lowercases(value("normalizer"))) {
      edits.add(lowercasing());
    }
    edits.sort(Comparator.comparingInt(Edit::start));
    StringBuilder prepared = new StringBuilder(json.length() + 64);
    int copied = 0;
    for (Edit edit : edits) {
      prepared.append(json, copied, edit.start()).append(edit.replacement());
      copied = edit.end();
    }
    return prepared.append(json, copied, json.length()).toString();
  }

  private record Edit(int start, int end, String replacement) {}

  /** Only steps named Lowercase count; lower-casing twice does no harm. */
  private static boolean lowercases(JsonNode normalizer) {
    if (normalizer == null) {
      return false;
    }
    if (normalizer.path("type").asText().equals("Sequence")) {
      for (JsonNode step : normalizer.path("normalizers")) {
        if (step.path("type").asText().equals("Lowercase")) {
          return true;
        }
      }
    }
    return normalizer.path("type").asText().equals("Lowercase");
  }

  private Edit lowercasing() {
    ArrayNode steps = JsonNodeFactory.instance.arrayNode();
    steps.addObject().put("type", "Lowercase");
    JsonNode normalizer = value("normalizer");
    if (normalizer != null && normalizer.path("type").asText().equals("Sequence")) {
      normalizer.path("normalizers").forEach(steps::add);
    } else if (normalizer != null) {
      steps.add(normalizer);
    }
    ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
    sequence.set("normalizers", steps);
    if (sections.containsKey("normalizer")) {
      Section section = sections.get("normalizer");
      return new Edit(section.start(), section.end(), sequence.toString());
    }
    int afterBrace = json.indexOf('{') + 1;
    return new Edit(afterBrace, afterBrace, "\"normalizer\":" + sequence + ",");
  }

  private JsonNode value(String key) {
    Section section = sections.get(key);
    return section == null ? null : section.value();
  }
}
