package dev.headlight.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.config.JsonFiles;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.Excerpt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a model folder of sentence-transformers says about embeddings: {@code modules.json}, the
 * configuration of each module, and {@code config_sentence_transformers.json}.
 *
 * @param pooling the module behind the model
 * @param width d of the hidden states that pooling was configured for
 * @param modules the modules behind pooling, in order
 * @param truncateDim how many dimensions of an embedding are kept; 0 for all
 */
record SentenceTransformer(
    Pooling pooling, int width, List<EmbeddingModule> modules, Prompts prompts, int truncateDim) {
  private static final String MODULES = "modules.json";
  private static final String CONFIG = "config_sentence_transformers.json";
  private static final String PACKAGE = "sentence_transformers.";
  private static final int MOST_MODULES = 64;
  private static final String READ = "Transformer, Pooling, Dense, LayerNorm, Normalize, Dropout";

  /** One entry of {@code modules.json}. */
  private record Entry(String type, String path) {}

  /**
   * Reads a folder.
   *
   * @return nothing if the folder has no {@code modules.json}
   * @throws CheckpointException if a file is missing or malformed, or a module is not implemented
   */
  static Optional<SentenceTransformer> read(CheckpointFolder folder) throws IOException {
    if (!folder.exists(MODULES)) {
      return Optional.empty();
    }
    List<Entry> entries = entries(folder);
    requireModelAndPooling(folder, entries);
    ModuleFiles.PoolingFile pooling = new ModuleFiles(folder, entries.get(1).path()).pooling();
    List<EmbeddingModule> modules = new ArrayList<>();
    for (Entry entry : entries.subList(2, entries.size())) {
      module(folder, entry).ifPresent(modules::add);
    }
    JsonNode config = folder.exists(CONFIG) ? JsonFiles.read(folder, CONFIG) : null;
    String location = folder.locationOf(CONFIG);
    return Optional.of(
        new SentenceTransformer(
            pooling.pooling(),
            pooling.width(),
            modules,
            Prompts.read(location, config),
            truncateDim(location, config)));
  }

  private static List<Entry> entries(CheckpointFolder folder) throws IOException {
    String location = folder.locationOf(MODULES);
    JsonNode modules = JsonFiles.read(folder, MODULES);
    if (!modules.isArray() || modules.size() > MOST_MODULES) {
      throw new CheckpointException(
          "%s: expected an array of at most %d modules, found something else. Fetch the file again."
              .formatted(location, MOST_MODULES));
    }
    List<Entry> entries = new ArrayList<>();
    for (JsonNode module : modules) {
      String type = module.path("type").asText();
      if (!type.startsWith(PACKAGE)) {
        throw new CheckpointException(
            "%s: expected modules of sentence_transformers, found '%s'. Modules that are code of the checkpoint's own are never run."
                .formatted(location, Excerpt.of(type)));
      }
      entries.add(
          new Entry(type.substring(type.lastIndexOf('.') + 1), module.path("path").asText()));
    }
    return entries;
  }

  private static void requireModelAndPooling(CheckpointFolder folder, List<Entry> entries) {
    String location = folder.locationOf(MODULES);
    List<String> types = entries.stream().map(Entry::type).toList();
    if (types.isEmpty() || !types.get(0).equals("Transformer")) {
      throw unknown(location, "Transformer as the first module", types, 0);
    }
    if (!entries.get(0).path().isEmpty()) {
      throw new CheckpointException(
          "%s: expected the model in the folder itself, found it in '%s', as releases before 2.0 put it. Save it again with a current release of sentence-transformers, or move the files of that folder up."
              .formatted(location, Excerpt.of(entries.get(0).path())));
    }
    if (types.size() < 2 || !types.get(1).equals("Pooling")) {
      throw unknown(location, "Pooling as the second module", types, 1);
    }
  }

  private static Optional<EmbeddingModule> module(CheckpointFolder folder, Entry entry)
      throws IOException {
    ModuleFiles files = new ModuleFiles(folder, entry.path());
    return switch (entry.type()) {
      case "Dense" -> Optional.of(files.dense());
      case "Normalize" -> Optional.of(files.normalize());
      case "LayerNorm" -> Optional.of(files.layerNorm());
      case "Dropout" -> Optional.empty(); // changes something in training only
      default ->
          throw unknown(
              folder.locationOf(MODULES),
              "Dense, LayerNorm, Normalize or Dropout after Pooling",
              List.of(entry.type()),
              0);
    };
  }

  private static CheckpointException unknown(
      String location, String expected, List<String> types, int index) {
    String found =
        index < types.size() ? "'" + Excerpt.of(types.get(index)) + "'" : "no further module";
    return new CheckpointException(
        "%s: expected %s, found %s. The modules that are implemented are %s."
            .formatted(location, expected, found, READ));
  }

  private static int truncateDim(String location, JsonNode config) {
    JsonNode value = config == null ? null : config.get("truncate_dim");
    if (value == null || value.isNull()) {
      return 0;
    }
    if (!value.isInt() || value.intValue() < 1) {
      throw new CheckpointException(
          "%s, truncate_dim: expected a number of dimensions, found '%s'. Correct the file or fetch it again."
              .formatted(location, Excerpt.of(value.asText())));
    }
    return value.intValue();
  }
}
