package dev.headlight.pipeline;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.MaskConfig;
import dev.headlight.config.StackConfig;

/**
 * Floating-point operations of the matrix products of a stack; a multiplication and an addition
 * count as two. Keys that a query does not see are not counted, even where they are computed.
 */
final class ModelOperations {
  private ModelOperations() {}

  /** Operations for one sequence of T tokens, without cross-attention. */
  static double of(StackConfig stack, int tokens) {
    double operations = 2.0 * tokens * embedding(stack.embedding());
    for (BlockConfig block : stack.blocks()) {
      for (BlockConfig.Sublayer sublayer : block.sublayers()) {
        if (sublayer.operation() instanceof FeedForwardConfig feedForward) {
          operations += 2.0 * tokens * feedForward(feedForward);
        } else if (sublayer.operation() instanceof AttentionConfig attention
            && !attention.cross()) {
          operations += attention(attention, stack.hiddenSize(), tokens);
        }
      }
    }
    return operations;
  }

  private static double embedding(EmbeddingConfig embedding) {
    if (embedding instanceof EmbeddingConfig.Patches patches) {
      return weights(patches.projection());
    }
    return ((EmbeddingConfig.Tokens) embedding)
        .projection()
        .map(ModelOperations::weights)
        .orElse(0.0);
  }

  private static double feedForward(FeedForwardConfig feedForward) {
    return feedForward.gate().map(ModelOperations::weights).orElse(0.0)
        + weights(feedForward.up())
        + weights(feedForward.down());
  }

  private static double attention(AttentionConfig attention, int hiddenSize, int tokens) {
    double queryWidth = (double) attention.heads() * attention.headDim();
    double keyWidth = (double) attention.keyValueHeads() * attention.headDim();
    double projections = hiddenSize * (queryWidth + 2 * keyWidth) + weights(attention.output());
    double scoresAndValues = 2 * queryWidth * pairs(attention.mask(), tokens);
    return 2 * (tokens * projections + scoresAndValues);
  }

  private static double weights(LinearConfig linear) {
    return (double) linear.inputs() * linear.outputs();
  }

  /** Pairs of a query and a key that it sees. */
  private static double pairs(MaskConfig mask, int tokens) {
    double pairs = 0;
    for (int query = 0; query < tokens; query++) {
      pairs += mask.endKey(query, tokens) - mask.firstKey(query);
    }
    return pairs;
  }
}
