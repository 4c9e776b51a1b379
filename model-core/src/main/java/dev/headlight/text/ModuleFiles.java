package dev.headlight.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.headlight.config.JsonFiles;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.Excerpt;
import dev.headlight.safetensors.SafetensorsCheckpoint;
import dev.headlight.safetensors.Weight;
import dev.headlight.safetensors.WeightScope;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the configuration and weights of sentence-transformers' modules after the model. */
final class ModuleFiles {
  private static final String WEIGHTS = "model.safetensors";
  private static final String PICKLED_WEIGHTS = "pytorch_model.bin";
  private static final int MOST_FEATURES = 1 << 20;

  /** Keys of releases before 6 in the order in which they are concatenated. */
  private static final List<Map.Entry<String, PoolingMode>> FORMER_MODES =
      List.of(
          Map.entry("pooling_mode_cls_token", PoolingMode.CLS),
          Map.entry("pooling_mode_max_tokens", PoolingMode.MAX),
          Map.entry("pooling_mode_mean_tokens", PoolingMode.MEAN),
          Map.entry("pooling_mode_mean_sqrt_len_tokens", PoolingMode.MEAN_SQRT_LEN_TOKENS),
          Map.entry("pooling_mode_weightedmean_tokens", PoolingMode.WEIGHTED_MEAN),
          Map.entry("pooling_mode_lasttoken", PoolingMode.LAST_TOKEN));

  private final CheckpointFolder folder;
  private final String path;
  private final String configFile;
  private final String location;

  /**
   * @param path of the module's folder
   */
  ModuleFiles(CheckpointFolder folder, String path) {
    this.folder = folder;
    this.path = path;
    this.configFile = path + "/config.json";
    this.location = folder.locationOf(configFile);
  }

  /** Pooling and the width of hidden states it was configured for. */
  record PoolingFile(Pooling pooling, int width) {}

  PoolingFile pooling() throws IOException {
    JsonNode config = JsonFiles.read(folder, configFile);
    List<PoolingMode> modes = new ArrayList<>();
    JsonNode names = config.path("pooling_mode");
    if (names.isMissingNode() || names.isNull()) {
      FORMER_MODES.stream()
          .filter(mode -> config.path(mode.getKey()).asBoolean(false))
          .forEach(mode -> modes.add(mode.getValue()));
    } else if (names.isArray()) {
      names.forEach(name -> modes.add(mode(name)));
    } else {
      modes.add(mode(names));
    }
    if (modes.isEmpty()) {
      modes.add(PoolingMode.MEAN); // what sentence-transformers does where no mode is on
    }
    String width =
        config.has("embedding_dimension") ? "embedding_dimension" : "word_embedding_dimension";
    return new PoolingFile(
        new Pooling(modes, config.path("include_prompt").asBoolean(true)), features(config, width));
  }

  private PoolingMode mode(JsonNode name) {
    return PoolingMode.named(name.asText())
        .orElseThrow(
            () ->
                wrong(
                    "pooling_mode",
                    "one of " + String.join(", ", PoolingMode.labels()),
                    name.asText()));
  }

  EmbeddingModule normalize() throws IOException {
    if (folder.exists(configFile)) {
      requireSentenceEmbedding(JsonFiles.read(folder, configFile));
    }
    return new EmbeddingModule.Normalize();
  }

  EmbeddingModule dense() throws IOException {
    JsonNode config = JsonFiles.read(folder, configFile);
    requireSentenceEmbedding(config);
    int inputs = features(config, "in_features");
    int outputs = features(config, "out_features");
    WeightScope weights = weights();
    float[] weight = floats(weights, "linear.weight", outputs, inputs);
    boolean biased = config.path("bias").asBoolean(true);
    boolean residual = config.path("use_residual").asBoolean(false);
    boolean projected = residual && inputs != outputs;
    return new EmbeddingModule.Dense(
        inputs,
        outputs,
        weight,
        biased ? floats(weights, "linear.bias", outputs) : new float[0],
        projected ? floats(weights, "residual.weight", outputs, inputs) : new float[0],
        residual && !projected,
        activation(config.path("activation_function")));
  }

  private DenseActivation activation(JsonNode name) {
    if (name.isMissingNode() || name.isNull()) {
      return DenseActivation.TANH; // the default of sentence-transformers
    }
    // Only PyTorch's own classes: another package's class of the same name may do anything.
    String className = name.asText().startsWith("torch.") ? name.asText() : "";
    return DenseActivation.named(className)
        .orElseThrow(
            () ->
                wrong(
                    "activation_function",
                    "one of torch's " + String.join(", ", DenseActivation.names()),
                    name.asText()));
  }

  EmbeddingModule layerNorm() throws IOException {
    int width = features(JsonFiles.read(folder, configFile), "dimension");
    WeightScope weights = weights();
    return new EmbeddingModule.LayerNorm(
        floats(weights, "norm.weight", width), floats(weights, "norm.bias", width));
  }

  /** A Dense or Normalize of token embeddings serves late interaction, not one embedding. */
  private void requireSentenceEmbedding(JsonNode config) {
    for (String key : List.of("module_input_name", "module_output_name")) {
      JsonNode name = config == null ? MissingNode.getInstance() : config.path(key);
      if (!name.isMissingNode() && !name.isNull() && !name.asText().equals("sentence_embedding")) {
        throw wrong(key, "sentence_embedding", name.asText());
      }
    }
  }

  private int features(JsonNode config, String key) {
    JsonNode value = config.path(key);
    if (!value.isInt() || value.intValue() < 1 || value.intValue() > MOST_FEATURES) {
      throw wrong(key, "a whole number from 1 to " + MOST_FEATURES, value.asText());
    }
    return value.intValue();
  }

  private WeightScope weights() throws IOException {
    String file = path + "/" + WEIGHTS;
    if (!folder.exists(file) && folder.exists(path + "/" + PICKLED_WEIGHTS)) {
      throw new CheckpointException(
          "%s: expected this file, found only %s, which holds executable Python and is never read. Save the model again with a current release of sentence-transformers: SentenceTransformer(folder).save(folder)."
              .formatted(folder.locationOf(file), PICKLED_WEIGHTS));
    }
    return new WeightScope(SafetensorsCheckpoint.openFile(folder, file));
  }

  /** The shape is compared with the file before memory is taken. */
  private float[] floats(WeightScope weights, String name, long... shape) {
    Weight weight;
    try {
      weight = weights.get(name, shape);
    } catch (CheckpointException e) {
      throw new CheckpointException("%s: %s".formatted(folder.locationOf(path), e.getMessage()), e);
    }
    float[] values = new float[Math.toIntExact(weight.elements())];
    weight.readFloats(0, FloatBuffer.wrap(values));
    return values;
  }

  private CheckpointException wrong(String key, String expected, String found) {
    return new CheckpointException(
        "%s, %s: expected %s, found '%s'. Correct the file or fetch it again."
            .formatted(location, key, expected, Excerpt.of(found)));
  }
}
