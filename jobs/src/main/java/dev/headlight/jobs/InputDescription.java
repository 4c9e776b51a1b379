package dev.headlight.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.image.ImageProcessor;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.text.EmbeddingOptions;
import dev.headlight.text.EmbeddingRecipe;
import dev.headlight.text.TokenizerDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a checkpoint's folder says beside the model: how texts and images become input, and hidden
 * states embeddings.
 *
 * @param lines in the order in which they are shown
 * @param problems files that cannot be used
 */
record InputDescription(Map<String, String> lines, List<String> problems) {
  private static final String PREPROCESSOR = "preprocessor_config.json";

  static InputDescription of(CheckpointFolder folder, ModelConfig config) throws IOException {
    InputDescription description = new InputDescription(new LinkedHashMap<>(), new ArrayList<>());
    if (config.stack().embedding() instanceof EmbeddingConfig.Patches) {
      description.add("images", () -> images(folder, config));
    } else {
      description.add("texts", () -> texts(folder, config.stack()));
    }
    description.add("embedding", () -> embedding(folder, config));
    return description;
  }

  /** Something that is read of files. */
  private interface Reading {
    String read() throws IOException;
  }

  private void add(String name, Reading reading) throws IOException {
    try {
      lines.put(name, reading.read());
    } catch (CheckpointException e) {
      problems.add(e.getMessage());
    }
  }

  private static String images(CheckpointFolder folder, ModelConfig config) throws IOException {
    if (!folder.exists(PREPROCESSOR)) {
      return "no " + PREPROCESSOR + ", so only pixel values are read";
    }
    ImageProcessor processor = ImageProcessor.read(folder, config);
    return "PNG and JPEG, to %d channel%s as %s says"
        .formatted(processor.channels(), processor.channels() == 1 ? "" : "s", PREPROCESSOR);
  }

  private static String texts(CheckpointFolder folder, StackConfig stack) throws IOException {
    Optional<TokenizerDefinition> tokenizer = TokenizerDefinition.read(folder);
    if (tokenizer.isEmpty()) {
      return "no tokenizer.json, so only token ids and embeddings are read";
    }
    int most = tokenizer.get().maxTokens(stack);
    return most == 0 ? "of any length" : "cut to %s tokens".formatted(Units.count(most));
  }

  private static String embedding(CheckpointFolder folder, ModelConfig config) throws IOException {
    JsonNode recipe =
        new ObjectMapper()
            .readTree(EmbeddingRecipe.read(folder, config, EmbeddingOptions.DEFAULT).description());
    List<String> steps = new ArrayList<>();
    recipe.path("pooling").forEach(mode -> steps.add(mode.asText()));
    String modes = String.join(" and ", steps);
    steps.clear();
    recipe.path("modules").forEach(module -> steps.add(module.asText()));
    return "%s (%s)%s, %d values%s"
        .formatted(
            modes,
            recipe.path("pooling_source").asText(),
            steps.isEmpty() ? "" : ", then " + String.join(", ", steps),
            recipe.path("width").asInt(),
            recipe.path("prompt").asText().isEmpty()
                ? ""
                : ", prompt '%s'".formatted(recipe.path("prompt").asText()));
  }
}
