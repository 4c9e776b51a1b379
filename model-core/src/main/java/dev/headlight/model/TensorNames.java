package dev.headlight.model;

import dev.headlight.config.ModelConfig;
import java.util.Set;
import java.util.TreeSet;

/** Full names of all tensors an architecture uses, whether or not the checkpoint has them. */
public final class TensorNames {
  private TensorNames() {}

  /** Names of all tensors, with the old names of norms where they have any. */
  public static Set<String> of(ModelConfig config) {
    Set<String> names = new TreeSet<>();
    for (TensorUse use : TensorUses.of(config)) {
      names.add(use.tensor());
      use.formerName().ifPresent(names::add);
    }
    return names;
  }
}
