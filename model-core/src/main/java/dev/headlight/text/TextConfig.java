package dev.headlight.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.config.JsonFiles;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.Excerpt;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of sentence-transformers' module Transformer, {@code
 * sentence_bert_config.json}.
 *
 * @param maxSeqLength most tokens of a text, special tokens included; 0 if it is not said
 * @param lowercase whether texts are put in lower case before all else
 */
record TextConfig(int maxSeqLength, boolean lowercase) {
  /** The name of the file, and those that releases before 2.0 gave it, by the kind of model. */
  private static final List<String> FILES =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  static TextConfig read(CheckpointFolder folder) throws IOException {
    Optional<String> file = FILES.stream().filter(folder::exists).findFirst();
    if (file.isEmpty()) {
      return new TextConfig(0, false);
    }
    JsonNode config = JsonFiles.read(folder, file.get());
    String location = folder.locationOf(file.get());
    requireHiddenStates(location, config);
    return new TextConfig(
        maxSeqLength(location, config.path("max_seq_length")),
        config.path("do_lower_case").asBoolean(false));
  }

  private static int maxSeqLength(String location, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    if (!value.isInt() || value.intValue() < 1) {
      throw new CheckpointException(
          "%s, max_seq_length: expected a number of tokens, found '%s'. Correct the file or fetch it again."
              .formatted(location, Excerpt.of(value.asText())));
    }
    return value.intValue();
  }

  /** The form of release 6 can ask for other outputs of a model than its last hidden states. */
  private static void requireHiddenStates(String location, JsonNode config) {
    require(location, "transformer_task", config.path("transformer_task"), "feature-extraction");
    require(location, "module_output_name", config.path("module_output_name"), "token_embeddings");
    JsonNode text = config.path("modality_config").path("text");
    require(location, "modality_config.text.method", text.path("method"), "forward");
    require(
        location,
        "modality_config.text.method_output_name",
        text.path("method_output_name"),
        "last_hidden_state");
  }

  private static void require(String location, String key, JsonNode found, String supported) {
    if (!found.isMissingNode() && !found.isNull() && !found.asText().equals(supported)) {
      throw new CheckpointException(
          "%s, %s: expected '%s', found '%s'. Models that turn texts into something else than hidden states are not read."
              .formatted(location, key, supported, Excerpt.of(found.asText())));
    }
  }
}
