package dev.headlight.model;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.ScoreBiasConfig;
import dev.headlight.config.StackConfig;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Full names of all tensors an architecture uses, whether or not the checkpoint has them. */
public final class TensorNames {
  private final Set<String> names = new TreeSet<>();

  private TensorNames() {}

  /** Names of all tensors, with the old names of norms where they have any. */
  public static Set<String> of(ModelConfig config) {
    TensorNames collected = new TensorNames();
    config.stacks().forEach(collected::add);
    return collected.names;
  }

  private void add(StackConfig stack) {
    addEmbedding(stack.embedding());
    for (BlockConfig block : stack.blocks()) {
      for (BlockConfig.Sublayer sublayer : block.sublayers()) {
        addNorm(sublayer.inputNorm());
        addNorm(sublayer.outputNorm());
        addNorm(sublayer.residualNorm());
        addOperation(sublayer.operation());
      }
    }
    addNorm(stack.finalNorm());
  }

  private void addEmbedding(EmbeddingConfig embedding) {
    if (embedding instanceof EmbeddingConfig.Tokens tokens) {
      names.add(tokens.weight());
      if (tokens.positions() instanceof EmbeddingConfig.PositionEmbedding.Learned learned) {
        names.add(learned.weight());
      }
      tokens.tokenTypes().ifPresent(types -> names.add(types.weight()));
      addNorm(tokens.norm());
      tokens.projection().ifPresent(this::addLinear);
    } else if (embedding instanceof EmbeddingConfig.Patches patches) {
      addLinear(patches.projection());
      patches.leadingTokens().forEach(token -> names.add(token.weight()));
      names.add(patches.positions());
      addNorm(patches.norm());
    }
  }

  private void addOperation(BlockConfig.Operation operation) {
    if (operation instanceof AttentionConfig attention) {
      attention.projections().linears().forEach(this::addLinear);
      addLinear(attention.output());
      addNorm(attention.qNorm());
      addNorm(attention.kNorm());
      if (attention.scoreBias().orElse(null) instanceof ScoreBiasConfig.RelativeBuckets relative) {
        names.add(relative.weight());
      }
    } else if (operation instanceof FeedForwardConfig feedForward) {
      feedForward.gate().ifPresent(this::addLinear);
      addLinear(feedForward.up());
      addLinear(feedForward.down());
    }
  }

  private void addLinear(LinearConfig linear) {
    names.add(linear.weight());
    linear.bias().ifPresent(names::add);
    linear.outputScale().ifPresent(names::add);
  }

  private void addNorm(Optional<NormConfig> norm) {
    norm.flatMap(NormConfig::weight)
        .ifPresent(
            name -> {
              names.add(name);
              names.add(name.replaceAll("\\.weight$", ".gamma"));
            });
    norm.flatMap(NormConfig::bias)
        .ifPresent(
            name -> {
              names.add(name);
              names.add(name.replaceAll("\\.bias$", ".beta"));
            });
  }
}
