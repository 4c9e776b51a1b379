package dev.headlight.config;

import java.util.List;
import java.util.Optional;

/**
 * A stack of transformer blocks with its embedding.
 *
 * @param attention what its self-attention is called in tables: {@code self}, {@code encoder} or
 *     {@code decoder}
 * @param hiddenSize d, the width of hidden states
 * @param finalNorm applied after the last block; its output is the last hidden state
 * @param maxPositions longest sequence it can take, in positions including class tokens; 0 for no
 *     limit
 */
public record StackConfig(
    String attention,
    int hiddenSize,
    EmbeddingConfig embedding,
    List<BlockConfig> blocks,
    Optional<NormConfig> finalNorm,
    int maxPositions) {

  public StackConfig {
    blocks = List.copyOf(blocks);
  }
}
