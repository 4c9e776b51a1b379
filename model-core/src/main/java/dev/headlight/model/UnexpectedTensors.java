package dev.headlight.model;

import dev.headlight.config.ModelConfig;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.WeightScope;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Refuses tensors that neither belong to the described architecture nor are known to be needless
 * (heads, cached masks): a model that ignored them would silently compute something else than the
 * checkpoint's authors.
 */
final class UnexpectedTensors {
  private static final int NAMED_AT_MOST = 5;

  private UnexpectedTensors() {}

  static void refuse(ModelConfig config, WeightScope scope) {
    List<Pattern> ignored = config.ignoredTensors().stream().map(Pattern::compile).toList();
    TreeSet<String> unexpected = new TreeSet<>(scope.unconsumed());
    unexpected.removeAll(TensorNames.of(config));
    unexpected.removeIf(
        name -> ignored.stream().anyMatch(pattern -> pattern.matcher(name).matches()));
    if (unexpected.isEmpty()) {
      return;
    }
    String named = unexpected.stream().limit(NAMED_AT_MOST).collect(Collectors.joining(", "));
    throw new CheckpointException(
        unexpected.size()
            + " unexpected tensor(s): "
            + named
            + (unexpected.size() > NAMED_AT_MOST ? ", ..." : "")
            + "; a "
            + config.family()
            + " checkpoint with this config.json has no such tensors. Check that config.json"
            + " belongs to these weights, or remove the tensors if the model does not need them");
  }
}
