package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.config.JsonFiles;
import dev.headlight.families.Checkpoint;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.statistics.SpecialTokenIds;
import dev.headlight.text.SpecialTokens;
import dev.headlight.text.TokenizerDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Which tokens of a checkpoint open texts, separate them, or stand for no text at all. */
final class SpecialTokenReader {
  private static final List<String> OPENING = List.of("cls_token", "bos_token");
  private static final List<String> SEPARATING = List.of("sep_token", "eos_token");
  private static final List<String> OTHERS = List.of("pad_token", "mask_token");

  private SpecialTokenReader() {}

  /**
   * The tokenizer's special tokens except for its unknown token, which does stand for text. Without
   * a tokenizer, the ids that {@code config.json} names, such as {@code bos_token_id}.
   */
  static SpecialTokenIds read(CheckpointFolder folder, Optional<TokenizerDefinition> tokenizer)
      throws IOException {
    if (tokenizer.isPresent()) {
      return of(tokenizer.get().specialTokens());
    }
    JsonNode config = JsonFiles.read(folder, Checkpoint.configFile(folder));
    return SpecialTokenIds.of(ids(config, OPENING), ids(config, SEPARATING), ids(config, OTHERS));
  }

  private static SpecialTokenIds of(SpecialTokens tokens) {
    TreeSet<Integer> others = new TreeSet<>(tokens.all());
    tokens.unk().ifPresent(others::remove);
    return SpecialTokenIds.of(named(tokens, OPENING), named(tokens, SEPARATING), others);
  }

  private static List<Integer> named(SpecialTokens tokens, List<String> names) {
    return tokens.named().entrySet().stream()
        .filter(token -> names.contains(token.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** An id is a number, or a list of numbers where several tokens end a text. */
  private static List<Integer> ids(JsonNode config, List<String> names) {
    List<Integer> ids = new ArrayList<>();
    for (String name : names) {
      JsonNode value = config.path(name + "_id");
      Iterable<JsonNode> entries = value.isArray() ? value : List.of(value);
      for (JsonNode entry : entries) {
        if (entry.canConvertToInt() && entry.isIntegralNumber()) {
          ids.add(entry.intValue());
        }
      }
    }
    return ids;
  }
}
