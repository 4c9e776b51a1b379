package dev.headlight.config;

import java.util.List;
import java.util.Optional;

/**
 * A checkpoint's architecture as plain data: which tensors there are, under which names and
 * layouts, and how they are put together. A family derives it from {@code config.json}; the model
 * is built from it, and {@code inspect} prints it.
 *
 * @param family the family that described it, such as {@code bert}
 * @param stack the encoder, or the only stack of a decoder-only model
 * @param decoder the decoder of an encoder-decoder model
 * @param pooling what the family's embeddings are usually pooled with: {@code cls}, {@code mean} or
 *     {@code lasttoken}
 * @param ignoredTensors regular expressions of tensors that are known and not needed, such as heads
 */
public record ModelConfig(
    String family,
    StackConfig stack,
    Optional<StackConfig> decoder,
    String pooling,
    List<String> ignoredTensors) {

  public ModelConfig {
    ignoredTensors = List.copyOf(ignoredTensors);
  }

  /** Width of the embedding a sequence is pooled to. */
  public int hiddenSize() {
    return stack.hiddenSize();
  }

  /** The stacks there are, the encoder first. */
  public List<StackConfig> stacks() {
    return decoder.map(second -> List.of(stack, second)).orElseGet(() -> List.of(stack));
  }
}
