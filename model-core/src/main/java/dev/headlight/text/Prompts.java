package dev.headlight.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.Excerpt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Texts that stand before each text, by name.
 *
 * @param byName {@code query} and {@code document} are always there, empty where the checkpoint
 *     does not give them
 * @param defaultPrompt stands before texts where nothing else is asked for; may be empty
 */
record Prompts(SortedMap<String, String> byName, String defaultPrompt) {
  private static final Prompts NONE = new Prompts(standard(), "");

  /** Those of a model that is not in the form of sentence-transformers. */
  static Prompts none() {
    return NONE;
  }

  /**
   * Reads {@code config_sentence_transformers.json}.
   *
   * @param config its content, or null if there is no such file
   */
  static Prompts read(String location, JsonNode config) {
    if (config == null) {
      return NONE;
    }
    SortedMap<String, String> prompts = standard();
    for (var prompt : config.path("prompts").properties()) {
      JsonNode text = prompt.getValue();
      if (!text.isTextual() && !text.isNull()) {
        throw new CheckpointException(
            "%s, prompts.%s: expected text, found '%s'. Correct the file or fetch it again."
                .formatted(location, Excerpt.of(prompt.getKey()), Excerpt.of(text.asText())));
      }
      prompts.put(prompt.getKey(), text.isNull() ? "" : text.textValue());
    }
    JsonNode name = config.path("default_prompt_name");
    if (name.isMissingNode() || name.isNull()) {
      return new Prompts(prompts, "");
    }
    String defaultPrompt = prompts.get(name.asText());
    if (defaultPrompt == null) {
      throw new CheckpointException(
          "%s, default_prompt_name: expected one of %s, found '%s'. Correct the file or fetch it again."
              .formatted(location, names(prompts), Excerpt.of(name.asText())));
    }
    return new Prompts(prompts, defaultPrompt);
  }

  /**
   * The prompt of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists all names
   */
  String named(String name) {
    String prompt = byName.get(name);
    if (prompt == null) {
      throw new IllegalArgumentException(
          "prompt-name: expected one of %s, found '%s'".formatted(names(byName), Excerpt.of(name)));
    }
    return prompt;
  }

  private static String names(SortedMap<String, String> prompts) {
    return Excerpt.of(String.join(", ", prompts.keySet()));
  }

  private static SortedMap<String, String> standard() {
    SortedMap<String, String> prompts = new TreeMap<>();
    prompts.put("document", "");
    prompts.put("query", "");
    return prompts;
  }
}
