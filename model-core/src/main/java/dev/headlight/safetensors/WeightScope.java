package dev.headlight.safetensors;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The one way to a weight: by full name and expected shape. Remembers which weights were asked for,
 * so that what a model left unread can be reported. Safe for use by several threads.
 */
public final class WeightScope {
  private static final int NEAREST_NAMES = 3;

  private final TensorSource source;
  private final SortedMap<String, TensorInfo> tensors;
  private final Set<String> consumed = ConcurrentHashMap.newKeySet();

  public WeightScope(TensorSource source) {
    this.source = source;
    this.tensors = source.tensors();
  }

  /**
   * A weight, which counts as {@link #consumed()} from now on.
   *
   * @param fullName its name in the checkpoint, such as {@code
   *     model.layers.0.self_attn.q_proj.weight}
   * @param expectedShape the lengths of its dimensions, outermost first; none for a scalar
   * @throws CheckpointException if there is none of this name, or it has another shape or no
   *     floating-point elements
   */
  public Weight get(String fullName, long... expectedShape) {
    TensorInfo info = tensors.get(fullName);
    if (info == null) {
      throw new CheckpointException(missing(fullName, expectedShape));
    }
    List<Long> expected = Arrays.stream(expectedShape).boxed().toList();
    if (!info.shape().equals(expected)) {
      throw new CheckpointException(
          "Tensor '%s' in %s: expected shape %s, found %s. The weights do not fit config.json: check that both are of the same checkpoint."
              .formatted(fullName, Excerpt.of(info.file()), expected, info.shape()));
    }
    if (!info.dtype().floating()) {
      throw new CheckpointException(
          "Tensor '%s' in %s: expected a floating-point dtype, found %s. Quantized checkpoints are not read: use one with floating-point weights."
              .formatted(fullName, Excerpt.of(info.file()), info.dtype()));
    }
    consumed.add(fullName);
    return new Weight(source, info);
  }

  /** Whether the checkpoint has a tensor of this name, of whatever shape. Does not consume it. */
  public boolean has(String fullName) {
    return tensors.containsKey(fullName);
  }

  /** The names of the weights that were asked for until now, sorted. */
  public Set<String> consumed() {
    return new TreeSet<>(consumed);
  }

  /** The names of all other tensors of the checkpoint, sorted. */
  public Set<String> unconsumed() {
    Set<String> names = new TreeSet<>(tensors.keySet());
    names.removeAll(consumed);
    return names;
  }

  private String missing(String fullName, long[] expectedShape) {
    List<String> nearest = NearestNames.of(fullName, tensors.keySet(), NEAREST_NAMES);
    String found =
        nearest.isEmpty()
            ? "no name like it among %d tensors".formatted(tensors.size())
            : "none; the nearest names are "
                + String.join(", ", nearest.stream().map(Excerpt::of).toList());
    return "Expected a tensor '%s' of shape %s, found %s. Check that config.json is of the same checkpoint as the weights."
        .formatted(fullName, Arrays.toString(expectedShape), found);
  }
}
