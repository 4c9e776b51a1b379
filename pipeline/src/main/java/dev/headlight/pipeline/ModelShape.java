package dev.headlight.pipeline;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import java.util.List;

/**
 * Sizes of a model that the cost of its outputs follows from.
 *
 * @param heads attention heads of all layers, cross-attention included
 * @param headPairs pairs of heads of the same layer, summed over layers
 * @param hiddenStates hidden states of all stacks, embedding outputs included
 * @param activations numbers that the widest block holds for each token
 */
record ModelShape(long heads, long headPairs, long hiddenStates, long activations) {
  static ModelShape of(Output.Context context) {
    ModelConfig config = context.config();
    return of(context.decodes() ? config.stacks() : List.of(config.stack()));
  }

  static ModelShape of(List<StackConfig> stacks) {
    long heads = 0;
    long headPairs = 0;
    long hiddenStates = 0;
    long activations = 0;
    for (StackConfig stack : stacks) {
      hiddenStates += 1 + stack.blocks().size();
      for (BlockConfig block : stack.blocks()) {
        for (BlockConfig.Sublayer sublayer : block.sublayers()) {
          long width = 0;
          if (sublayer.operation() instanceof AttentionConfig attention) {
            heads += attention.heads();
            headPairs += (long) attention.heads() * attention.heads();
            width = (2L * attention.heads() + 2L * attention.keyValueHeads()) * attention.headDim();
          } else if (sublayer.operation() instanceof FeedForwardConfig feedForward) {
            width = feedForward.up().outputs() * (feedForward.gate().isPresent() ? 2L : 1L);
          }
          activations = Math.max(activations, width + 3L * stack.hiddenSize());
        }
      }
    }
    return new ModelShape(heads, headPairs, hiddenStates, activations);
  }
}
