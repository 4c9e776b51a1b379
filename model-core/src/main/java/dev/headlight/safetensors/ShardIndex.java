package dev.headlight.safetensors;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The index of a checkpoint in several files: {@code {"weight_map": {"TENSOR": "FILE", ...}, ...}}.
 *
 * @param shardOfTensor file names by tensor names, as the index gives them; the file names are
 *     valid ones
 */
record ShardIndex(Map<String, String> shardOfTensor) {
  private static final long MAX_BYTES = 100_000_000;
  private static final String WEIGHT_MAP = "weight_map";

  static ShardIndex read(CheckpointFolder folder, String name) throws IOException {
    String file = folder.locationOf(name);
    Map<String, String> shardOfTensor = new TreeMap<>();
    Set<String> keys = new HashSet<>();
    JsonText.readObject(
        file,
        folder.readAll(name, MAX_BYTES),
        (key, parser) -> {
          requireNew(file, keys.add(key), key);
          if (!key.equals(WEIGHT_MAP)) {
            parser.skipChildren();
            return;
          }
          JsonText.readFields(
              file + ", " + WEIGHT_MAP,
              parser,
              (tensor, value) -> {
                String what = "%s, %s '%s'".formatted(file, WEIGHT_MAP, Excerpt.of(tensor));
                String shard = requireInside(what, JsonText.string(what, value));
                requireNew(file, shardOfTensor.put(tensor, shard) == null, tensor);
              });
        });
    if (shardOfTensor.isEmpty()) {
      throw new CheckpointException(
          "%s: expected a %s that names the file of each tensor, found none or an empty one. The file is damaged: fetch it again."
              .formatted(file, WEIGHT_MAP));
    }
    return new ShardIndex(shardOfTensor);
  }

  /** The files that the index names. */
  SortedSet<String> shards() {
    return new TreeSet<>(shardOfTensor.values());
  }

  private static String requireInside(String what, String shard) {
    try {
      return CheckpointFolder.requireValidName(shard);
    } catch (CheckpointException e) {
      throw new CheckpointException(what + ": " + e.getMessage(), e);
    }
  }

  private static void requireNew(String file, boolean isNew, String key) {
    if (!isNew) {
      throw new CheckpointException(
          "%s: expected each key once, found '%s' twice. The file is damaged: fetch it again."
              .formatted(file, Excerpt.of(key)));
    }
  }
}
