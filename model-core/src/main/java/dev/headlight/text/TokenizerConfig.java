package dev.headlight.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.headlight.config.JsonFiles;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.Excerpt;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code tokenizer_config.json} and, in older folders, {@code special_tokens_map.json} say
 * beside {@code tokenizer.json}. Both may be missing.
 *
 * @param names the special tokens as text, by their names such as {@code cls_token}
 * @param further special tokens without such a name, as text
 * @param modelMaxLength most tokens the model was made for; 0 if it is not said
 * @param truncatesLeft whether a text that is too long loses its start; empty if it is not said
 */
record TokenizerConfig(
    SortedMap<String, String> names,
    Set<String> further,
    int modelMaxLength,
    Optional<Boolean> truncatesLeft) {

  static TokenizerConfig read(CheckpointFolder folder) throws IOException {
    JsonNode config = readIfThere(folder, "tokenizer_config.json");
    TreeMap<String, String> names = new TreeMap<>();
    Set<String> further = new LinkedHashSet<>();
    for (JsonNode source : List.of(config, readIfThere(folder, "special_tokens_map.json"))) {
      for (String name : SpecialTokens.NAMES) {
        text(source.path(name)).ifPresent(token -> names.putIfAbsent(name, token));
      }
      for (String list : List.of("additional_special_tokens", "extra_special_tokens")) {
        source.path(list).forEach(token -> text(token).ifPresent(further::add));
      }
    }
    Optional<Boolean> left =
        Optional.of(config.path("truncation_side"))
            .filter(JsonNode::isTextual)
            .map(side -> side.textValue().equals("left"));
    return new TokenizerConfig(names, further, maxLength(folder, config), left);
  }

  /** The special tokens as text. */
  Set<String> contents() {
    Set<String> contents = new LinkedHashSet<>(names.values());
    contents.addAll(further);
    return contents;
  }

  private static JsonNode readIfThere(CheckpointFolder folder, String file) throws IOException {
    return folder.exists(file) ? JsonFiles.read(folder, file) : MissingNode.getInstance();
  }

  /** A token is written as text, or as an object with its content. */
  private static Optional<String> text(JsonNode token) {
    JsonNode content = token.isObject() ? token.path("content") : token;
    return Optional.of(content).filter(JsonNode::isTextual).map(JsonNode::textValue);
  }

  private static int maxLength(CheckpointFolder folder, JsonNode config) {
    JsonNode value = config.path("model_max_length");
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    if (!value.isNumber() || !(value.doubleValue() >= 1)) {
      throw new CheckpointException(
          "%s, model_max_length: expected a number of tokens, found '%s'. Correct the file or fetch it again."
              .formatted(folder.locationOf("tokenizer_config.json"), Excerpt.of(value.asText())));
    }
    // Tokenizers without a limit have 10^30 here.
    return value.doubleValue() > Integer.MAX_VALUE ? 0 : value.intValue();
  }
}
