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
 * @param maxPositions longest sequence it was made for, in positions including class tokens, to
 *     which texts are cut where nothing else is asked for; 0 for no limit
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

  /**
   * Longest sequence it can take at all: the rows of its position table. 0 for no limit: rotary and
   * relative positions go on beyond {@link #maxPositions}, with whatever the model makes of them.
   */
  public int positionLimit() {
    if (!(embedding instanceof EmbeddingConfig.Tokens tokens)) {
      return 0;
    }
    if (tokens.positions() instanceof EmbeddingConfig.PositionEmbedding.Sinusoidal sinusoidal) {
      return sinusoidal.count();
    }
    return tokens.positions() instanceof EmbeddingConfig.PositionEmbedding.Learned learned
        ? learned.count() - learned.offset()
        : 0;
  }
}
