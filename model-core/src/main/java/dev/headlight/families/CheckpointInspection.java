package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.UnsupportedCheckpointException;
import dev.headlight.model.Inventory;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.SafetensorsCheckpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What can be said of a checkpoint folder without reading weights, also of one that cannot be used.
 *
 * @param config the architecture, if it is implemented
 * @param tensors the weight files, if they can be read
 * @param inventory the two together, if both are there
 * @param problems everything that keeps the model from being built, as far as it could be looked
 *     for; empty if nothing does
 */
public record CheckpointInspection(
    Optional<ModelConfig> config,
    Optional<SafetensorsCheckpoint> tensors,
    Optional<Inventory> inventory,
    List<String> problems) {

  public CheckpointInspection {
    problems = List.copyOf(problems);
  }

  /** The same with further problems. */
  public CheckpointInspection withProblems(List<String> others) {
    List<String> all = new ArrayList<>(problems);
    all.addAll(others);
    return new CheckpointInspection(config, tensors, inventory, all);
  }

  /** Looks at everything there is in a folder. */
  public static CheckpointInspection of(CheckpointFolder folder) throws IOException {
    List<String> problems = new ArrayList<>();
    Optional<ConfigJson> json =
        attempt(() -> ConfigJson.read(folder, Checkpoint.configFile(folder)), problems);
    Optional<SafetensorsCheckpoint> tensors =
        attempt(() -> SafetensorsCheckpoint.open(folder), problems);
    Set<String> names = tensors.map(read -> read.tensors().keySet()).orElse(Set.of());
    Optional<ModelConfig> config = Optional.empty();
    if (json.isPresent()) {
      config = attempt(() -> Families.describe(json.get(), names), problems);
    }
    Optional<Inventory> inventory = Optional.empty();
    if (config.isPresent() && tensors.isPresent()) {
      inventory = Optional.of(Inventory.of(config.get(), tensors.get()));
      problems.addAll(inventory.get().problems());
    }
    return new CheckpointInspection(config, tensors, inventory, problems);
  }

  /** Something that reads files. */
  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> Optional<T> attempt(Reading<T> reading, List<String> problems)
      throws IOException {
    try {
      return Optional.of(reading.read());
    } catch (UnsupportedCheckpointException e) {
      problems.addAll(e.reasons());
    } catch (CheckpointException e) {
      problems.add(e.getMessage());
    }
    return Optional.empty();
  }
}
