package dev.headlight.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The weights of a checkpoint folder: one safetensors file, or several with their index. Holds no
 * open files.
 */
public final class SafetensorsCheckpoint implements TensorSource {
  private final CheckpointFolder folder;
  private final List<String> files;
  private final SortedMap<String, TensorInfo> tensors;

  private SafetensorsCheckpoint(
      CheckpointFolder folder, Collection<String> files, SortedMap<String, TensorInfo> tensors) {
    this.folder = folder;
    this.files = List.copyOf(files);
    this.tensors = Collections.unmodifiableSortedMap(tensors);
  }

  /**
   * Opens the weights of a folder: {@code model.safetensors}, else the files of {@code
   * model.safetensors.index.json}, else the only other safetensors file. The headers of all files
   * are read and checked, the data is not read.
   *
   * @throws CheckpointException if there are no such files, or they are not well-formed or do not
   *     fit together
   */
  public static SafetensorsCheckpoint open(CheckpointFolder folder) throws IOException {
    WeightFiles.Found found = WeightFiles.find(folder);
    return found.index().isPresent()
        ? openShards(folder, found.index().get())
        : openFile(folder, found.single().orElseThrow());
  }

  /**
   * Opens one safetensors file, such as the weights of a module in a folder below.
   *
   * @throws CheckpointException if the file is missing or not well-formed
   */
  public static SafetensorsCheckpoint openFile(CheckpointFolder folder, String name)
      throws IOException {
    if (!folder.exists(name)) {
      throw new CheckpointException(
          "%s: expected a safetensors file, found none.".formatted(folder.locationOf(name)));
    }
    SortedMap<String, TensorInfo> tensors = new TreeMap<>();
    SafetensorsFile.read(folder, name).forEach(tensor -> tensors.put(tensor.name(), tensor));
    return new SafetensorsCheckpoint(folder, List.of(name), tensors);
  }

  private static SafetensorsCheckpoint openShards(CheckpointFolder folder, String indexName)
      throws IOException {
    ShardIndex index = ShardIndex.read(folder, indexName);
    SortedSet<String> shards = index.shards();
    for (String shard : shards) {
      if (!folder.exists(shard)) {
        throw new CheckpointException(
            "%s: expected this file, which %s names, found none. The checkpoint was not fetched whole: fetch the missing file."
                .formatted(folder.locationOf(shard), indexName));
      }
    }
    SortedMap<String, TensorInfo> tensors = new TreeMap<>();
    for (String shard : shards) {
      for (TensorInfo tensor : SafetensorsFile.read(folder, shard)) {
        TensorInfo other = tensors.put(tensor.name(), tensor);
        if (other != null) {
          throw new CheckpointException(
              "%s: expected each tensor in one file, found '%s' in %s and in %s. The files are of different checkpoints: fetch them again."
                  .formatted(
                      folder.location(),
                      Excerpt.of(tensor.name()),
                      Excerpt.of(other.file()),
                      Excerpt.of(shard)));
        }
      }
    }
    checkIndex(folder, indexName, index, tensors);
    return new SafetensorsCheckpoint(folder, shards, tensors);
  }

  private static void checkIndex(
      CheckpointFolder folder,
      String indexName,
      ShardIndex index,
      SortedMap<String, TensorInfo> tensors) {
    index
        .shardOfTensor()
        .forEach(
            (name, shard) -> {
              TensorInfo tensor = tensors.get(name);
              if (tensor == null || !tensor.file().equals(shard)) {
                throw new CheckpointException(
                    "%s: expected tensor '%s' in %s, found it %s. The index is of another checkpoint than the files: fetch them again."
                        .formatted(
                            folder.locationOf(indexName),
                            Excerpt.of(name),
                            Excerpt.of(shard),
                            tensor == null ? "nowhere" : "in " + Excerpt.of(tensor.file())));
              }
            });
  }

  /** The folder it was opened from. */
  public CheckpointFolder folder() {
    return folder;
  }

  /** The names of the weight files in the folder, sorted. */
  public List<String> files() {
    return files;
  }

  @Override
  public SortedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public void read(TensorInfo tensor, long firstByte, ByteBuffer destination) throws IOException {
    if (firstByte < 0 || firstByte > tensor.byteLength() - destination.remaining()) {
      throw new IllegalArgumentException(
          "Tensor %s: %d bytes from byte %d on asked for, it has %d"
              .formatted(
                  Excerpt.of(tensor.name()),
                  destination.remaining(),
                  firstByte,
                  tensor.byteLength()));
    }
    folder.read(tensor.file(), tensor.offset() + firstByte, destination);
  }

  /**
   * Identifies the model: the SHA-256, in hexadecimal, of the lines that {@code sha256sum} prints
   * for {@code config.json} and {@code headlight.json} (if there are any) and the weight files,
   * sorted by name. {@code sha256sum config.json *.safetensors | sha256sum} gives the same for a
   * folder with no other safetensors files. It changes with the content and the names of these
   * files only, not with the folder's place or the files' times. Reads all files from start to end.
   *
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public String sha256() {
    SortedSet<String> names = new TreeSet<>(files);
    for (String name : List.of("config.json", "headlight.json")) {
      if (folder.exists(name)) {
        names.add(name);
      }
    }
    return Digests.sha256OfFiles(folder, names);
  }
}
