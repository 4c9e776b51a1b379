package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.ModelConfig;
import java.util.Set;

/**
 * A family of checkpoints: its {@code model_type}s, the names and layout of its tensors, and what
 * its configuration means. Says what to compute; how is the business of {@code nn}.
 */
interface Family {

  /** Values of {@code model_type} in {@code config.json} that this family describes. */
  Set<String> modelTypes();

  /**
   * Describes the architecture. Everything that is not implemented is reported through {@link
   * ConfigJson#unsupported}.
   *
   * @param tensors names of all tensors of the checkpoint, to tell prefixes and heads apart
   */
  ModelConfig describe(ConfigJson config, Set<String> tensors);
}
