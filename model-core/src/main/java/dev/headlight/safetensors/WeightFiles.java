package dev.headlight.safetensors;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Finds which files of a folder hold the weights. */
final class WeightFiles {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String ADAPTER = "adapter_model.safetensors";
  private static final int MOST_NAMES_SHOWN = 12;

  private WeightFiles() {}

  /** The one file with all weights, or the index of several: exactly one of the two is there. */
  record Found(Optional<String> single, Optional<String> index) {
    private static Found single(String name) {
      return new Found(Optional.of(name), Optional.empty());
    }

    private static Found index(String name) {
      return new Found(Optional.empty(), Optional.of(name));
    }
  }

  /**
   * {@code model.safetensors}, else the index {@code model.safetensors.index.json}, else the only
   * other file of either kind.
   *
   * @throws CheckpointException if there is none, or more than one other; the message says what to
   *     do
   */
  static Found find(CheckpointFolder folder) throws IOException {
    if (folder.exists(SINGLE)) {
      return Found.single(SINGLE);
    }
    if (folder.exists(INDEX)) {
      return Found.index(INDEX);
    }
    List<String> names = folder.list();
    List<String> indexes =
        names.stream().filter(name -> name.endsWith(".safetensors.index.json")).toList();
    if (indexes.size() == 1) {
      return Found.index(indexes.get(0));
    }
    List<String> files = names.stream().filter(name -> name.endsWith(".safetensors")).toList();
    if (indexes.isEmpty() && files.size() == 1 && !files.contains(ADAPTER)) {
      return Found.single(files.get(0));
    }
    throw new CheckpointException(
        "%s: expected %s or %s, found %s. %s"
            .formatted(folder.location(), SINGLE, INDEX, shown(names), advice(names, files)));
  }

  private static String shown(List<String> names) {
    if (names.isEmpty()) {
      return "no files";
    }
    List<String> first = names.stream().limit(MOST_NAMES_SHOWN).map(Excerpt::of).toList();
    int more = names.size() - first.size();
    return String.join(", ", first) + (more > 0 ? " and %d more".formatted(more) : "");
  }

  private static String advice(List<String> names, List<String> files) {
    if (files.contains(ADAPTER)) {
      return "An adapter is not a whole model: merge it into its base model (merge_and_unload of the peft library) and save that with save_pretrained.";
    }
    if (files.size() > 1) {
      return "Which of several files to read cannot be told without an index: leave one in the folder, or add the index.";
    }
    boolean otherFormat =
        names.stream()
            .anyMatch(
                name ->
                    name.endsWith(".bin")
                        || name.endsWith(".pt")
                        || name.endsWith(".pth")
                        || name.endsWith(".h5")
                        || name.endsWith(".msgpack"));
    if (otherFormat) {
      return "Only safetensors files are read, since other formats can carry code: convert the checkpoint with transformers, AutoModel.from_pretrained(folder).save_pretrained(other_folder, safe_serialization=True).";
    }
    return "Check that the path names a checkpoint folder and that it was fetched whole.";
  }
}
