package dev.headlight.model;

import dev.headlight.config.LinearConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.TensorInfo;
import dev.headlight.safetensors.TensorSource;
import dev.headlight.safetensors.WeightScope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an architecture needs against what a checkpoint has, without reading any weights.
 *
 * @param entries every tensor the architecture uses
 * @param problems everything that keeps the model from being built; empty if nothing does
 */
public record Inventory(List<Entry> entries, List<String> problems) {

  /**
   * A tensor that is used.
   *
   * @param stored where it stands; empty if it is missing or of another shape
   */
  public record Entry(TensorUse use, Optional<TensorInfo> stored) {}

  public Inventory {
    entries = List.copyOf(entries);
    problems = List.copyOf(problems);
  }

  /** Compares an architecture with the tensors there are. */
  public static Inventory of(ModelConfig config, TensorSource tensors) {
    WeightScope scope = new WeightScope(tensors);
    List<Entry> entries = new ArrayList<>();
    Set<String> problems = new LinkedHashSet<>();
    for (TensorUse use : TensorUses.of(config)) {
      String name =
          use.formerName()
              .filter(former -> !scope.has(use.tensor()) && scope.has(former))
              .orElse(use.tensor());
      Optional<TensorInfo> stored = Optional.empty();
      try {
        scope.get(name, use.expectedShape());
        stored = Optional.of(tensors.tensors().get(name));
      } catch (CheckpointException e) {
        problems.add(e.getMessage());
      }
      entries.add(new Entry(use, stored));
    }
    try {
      UnexpectedTensors.refuse(config, scope);
    } catch (CheckpointException e) {
      problems.add(e.getMessage());
    }
    return new Inventory(entries, List.copyOf(problems));
  }

  /** The number of values of all tensors that are used; what layers share is counted once. */
  public long parameters() {
    Set<String> counted = new HashSet<>();
    return entries.stream()
        .map(Entry::use)
        .filter(use -> counted.add(use.tensor() + use.linear().map(LinearConfig::firstOutput)))
        .mapToLong(TensorUse::parameters)
        .sum();
  }

  /**
   * Bytes of native memory of the built model, of tensors that are there. Kernels that pack weights
   * into blocks of their own take a little more, for small models half as much again.
   */
  public long nativeBytes() {
    Set<String> tables = new HashSet<>();
    return entries.stream()
        .filter(entry -> entry.stored().isPresent())
        // stacks may share a table
        .filter(
            entry -> entry.use().form() != TensorUse.Form.TABLE || tables.add(entry.use().tensor()))
        .mapToLong(entry -> entry.use().nativeBytes(entry.stored().get()))
        .sum();
  }
}
