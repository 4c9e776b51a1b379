package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.NormConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names of tensors as a description of a checkpoint of no family gives them. {@code {layer}} stands
 * for the index of a block. A name is a prefix that {@code .weight} and {@code .bias} are appended
 * to, or the whole name of a tensor.
 *
 * @param tensors names of all tensors of the checkpoint
 * @param transposed whether projections are stored as {@code [inputs, outputs]}
 * @param layer index of the block, negative outside of blocks
 */
record GenericNames(Set<String> tensors, Norms norms, boolean transposed, int layer) {

  /** Norms are all of one kind. */
  record Norms(NormConfig.Kind kind, double epsilon) {}

  GenericNames ofLayer(int index) {
    return new GenericNames(tensors, norms, transposed, index);
  }

  /** Reports keys that are not read, so that none is misspelt unnoticed. */
  static void refuseOtherKeys(ConfigJson object, String... known) {
    Set<String> unknown = new TreeSet<>(object.keys());
    unknown.removeAll(List.of(known));
    for (String key : unknown) {
      object.unsupported(key, "there is no such key here; there are " + String.join(", ", known));
    }
  }

  /** The whole name of a tensor. */
  Optional<String> tensor(ConfigJson object, String key) {
    return object
        .text(key)
        .map(this::resolved)
        .map(name -> tensors.contains(name) ? name : name + ".weight");
  }

  /** The whole name of a tensor that the description must name. */
  String requiredTensor(ConfigJson object, String key) {
    return tensor(object, key).orElseGet(() -> required(object, key));
  }

  private String resolved(String name) {
    return layer < 0 ? name : name.replace("{layer}", String.valueOf(layer));
  }

  /** A projection if the description names one. */
  Optional<LinearConfig> linear(
      ConfigJson object, String key, String role, int inputs, int outputs) {
    if (!object.has(key)) {
      return Optional.empty();
    }
    String weight;
    Optional<String> bias;
    if (object.isObject(key)) {
      ConfigJson named = object.object(key).orElseThrow();
      refuseOtherKeys(named, "weight", "bias");
      weight = required(named, "weight");
      bias = named.text("bias").map(this::resolved);
    } else {
      String prefix = required(object, key);
      weight = prefix + ".weight";
      bias = Optional.of(prefix + ".bias").filter(tensors::contains);
    }
    LinearConfig linear =
        new LinearConfig(
            role,
            weight,
            bias,
            inputs,
            outputs,
            transposed,
            0,
            outputs,
            List.of(inputs),
            Optional.empty());
    return Optional.of(linear);
  }

  /** A projection that the description must name. */
  LinearConfig requiredLinear(ConfigJson object, String key, String role, int inputs, int outputs) {
    return linear(object, key, role, inputs, outputs)
        .orElseGet(
            () -> {
              required(object, key);
              return LinearConfig.of(role, key, inputs, outputs, LinearConfig.Bias.ABSENT);
            });
  }

  private String required(ConfigJson object, String key) {
    Optional<String> name = object.text(key);
    if (name.isEmpty() && !object.has(key)) {
      object.unsupported(key, "expected the name of a tensor");
    }
    return resolved(name.orElse(key));
  }

  /** A norm if the description names one; its bias is that which the checkpoint has. */
  Optional<NormConfig> norm(ConfigJson object, String key, int width) {
    return object
        .text(key)
        .map(this::resolved)
        .map(
            name -> {
              boolean biased = tensors.contains(name + ".bias") || tensors.contains(name + ".beta");
              return new NormConfig(
                  norms.kind(),
                  Optional.of(name + ".weight"),
                  biased ? Optional.of(name + ".bias") : Optional.empty(),
                  norms.epsilon(),
                  width);
            });
  }

  /** A norm that the description must name. */
  NormConfig requiredNorm(ConfigJson object, String key, int width) {
    return norm(object, key, width)
        .orElseGet(
            () -> {
              required(object, key);
              return NormConfig.layer(key, norms.epsilon(), width);
            });
  }
}
