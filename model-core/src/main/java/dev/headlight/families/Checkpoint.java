package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.ModelConfig;
import dev.headlight.kernel.Kernels;
import dev.headlight.model.TransformerModel;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.LocalCheckpointFolder;
import dev.headlight.safetensors.SafetensorsCheckpoint;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A Hugging Face checkpoint folder that was opened: configuration read, architecture described,
 * headers of the weights checked. The weights themselves are read when a model is built.
 *
 * @param config the architecture
 * @param configJson the configuration it was described from
 */
public record Checkpoint(ModelConfig config, ConfigJson configJson, SafetensorsCheckpoint tensors) {
  private static final String OWN_CONFIG = "headlight.json";

  /**
   * Opens a checkpoint.
   *
   * @throws dev.headlight.safetensors.CheckpointException if files are missing or malformed
   * @throws dev.headlight.config.UnsupportedCheckpointException if the architecture is not
   *     implemented
   */
  public static Checkpoint open(CheckpointFolder folder) throws IOException {
    ConfigJson configJson = ConfigJson.read(folder, configFile(folder));
    SafetensorsCheckpoint tensors = SafetensorsCheckpoint.open(folder);
    return new Checkpoint(
        Families.describe(configJson, tensors.tensors().keySet()), configJson, tensors);
  }

  /**
   * The file that describes the checkpoint: {@code headlight.json} if its owner has put one beside
   * the weights, else {@code config.json}.
   */
  public static String configFile(CheckpointFolder folder) {
    return folder.exists(OWN_CONFIG) ? OWN_CONFIG : "config.json";
  }

  /** Opens a checkpoint in a local folder. */
  public static Checkpoint open(Path folder) throws IOException {
    return open(new LocalCheckpointFolder(folder));
  }

  /** Reads the weights and builds the model; the caller closes it. */
  public TransformerModel load(Kernels kernels) {
    return TransformerModel.build(config, tensors, kernels);
  }
}
