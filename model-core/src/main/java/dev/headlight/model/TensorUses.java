package dev.headlight.model;

import static dev.headlight.model.TensorUse.shapeOf;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.EmbeddingConfig.PositionEmbedding.Learned;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.config.ScoreBiasConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.model.TensorUse.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Lists the tensors an architecture uses, whether or not a checkpoint has them. */
final class TensorUses {
  private final List<TensorUse> uses = new ArrayList<>();
  private String stack = "";
  private String prefix = "";
  private OptionalInt layer = OptionalInt.empty();

  private TensorUses() {}

  /** All tensors, in the order in which data flows through them. */
  static List<TensorUse> of(ModelConfig config) {
    TensorUses collected = new TensorUses();
    config.stacks().forEach(collected::add);
    return collected.uses;
  }

  private void add(StackConfig config) {
    stack = config.attention();
    layer = OptionalInt.empty();
    addEmbedding(config.embedding());
    for (int i = 0; i < config.blocks().size(); i++) {
      layer = OptionalInt.of(i);
      config.blocks().get(i).sublayers().forEach(this::addSublayer);
    }
    layer = OptionalInt.empty();
    addNorm("final_norm", config.finalNorm());
  }

  private void addSublayer(BlockConfig.Sublayer sublayer) {
    String of =
        sublayer.operation() instanceof AttentionConfig attention
            ? (attention.cross() ? "cross_attention_" : "attention_")
            : "feed_forward_";
    addNorm(of + "input_norm", sublayer.inputNorm());
    addOperation(sublayer.operation());
    addNorm(of + "output_norm", sublayer.outputNorm());
    addNorm(of + "residual_norm", sublayer.residualNorm());
  }

  private void addEmbedding(EmbeddingConfig embedding) {
    if (embedding instanceof EmbeddingConfig.Tokens tokens) {
      addTokens(tokens);
    } else if (embedding instanceof EmbeddingConfig.Patches patches) {
      addPatches(patches);
    }
  }

  private void addTokens(EmbeddingConfig.Tokens tokens) {
    add("token_embedding", tokens.weight(), Form.TABLE, tokens.vocabulary(), tokens.width());
    if (tokens.positions() instanceof Learned learned) {
      add("position_embedding", learned.weight(), Form.TABLE, learned.count(), tokens.width());
    }
    tokens
        .tokenTypes()
        .ifPresent(
            types ->
                add(
                    "token_type_embedding",
                    types.weight(),
                    Form.TABLE,
                    types.count(),
                    tokens.width()));
    addNorm("embedding_norm", tokens.norm());
    tokens.projection().ifPresent(this::addLinear);
  }

  private void addPatches(EmbeddingConfig.Patches patches) {
    addNorm("patch_input_norm", patches.inputNorm());
    addLinear(patches.projection());
    addNorm("patch_output_norm", patches.outputNorm());
    patches
        .leadingTokens()
        .forEach(
            token -> add("leading_token", token.weight(), Form.VECTOR, lengths(token.shape())));
    EmbeddingConfig.PatchPositions positions = patches.positions();
    add("position_embedding", positions.weight(), Form.VECTOR, lengths(positions.shape()));
    addNorm("embedding_norm", patches.norm());
  }

  private static long[] lengths(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).toArray();
  }

  private void addOperation(BlockConfig.Operation operation) {
    if (operation instanceof AttentionConfig attention) {
      prefix = attention.cross() ? "cross_" : "";
      attention.projections().linears().forEach(this::addLinear);
      addNorm("q_norm", attention.qNorm());
      addNorm("k_norm", attention.kNorm());
      if (attention.scoreBias().orElse(null) instanceof ScoreBiasConfig.RelativeBuckets bias) {
        add("relative_bias", bias.weight(), Form.VECTOR, bias.storedBuckets(), bias.heads());
      }
      addLinear(attention.output());
      prefix = "";
    } else if (operation instanceof FeedForwardConfig feedForward) {
      feedForward.gate().ifPresent(this::addLinear);
      addLinear(feedForward.up());
      addLinear(feedForward.down());
    }
  }

  private void addLinear(LinearConfig linear) {
    uses.add(
        new TensorUse(
            stack,
            layer,
            prefix + linear.name(),
            linear.weight(),
            Optional.empty(),
            shapeOf(linear.storedShape()),
            Form.PROJECTION,
            Optional.of(linear)));
    String role = linear.name();
    linear.bias().ifPresent(bias -> add(role + ".bias", bias, Form.VECTOR, linear.storedOutputs()));
    linear
        .outputScale()
        .ifPresent(scale -> add(role + ".scale", scale, Form.VECTOR, linear.outputs()));
  }

  private void addNorm(String role, Optional<NormConfig> norm) {
    norm.ifPresent(
        config -> {
          config
              .weight()
              .ifPresent(name -> add(role, name, former(name, ".weight", ".gamma"), config));
          config
              .bias()
              .ifPresent(name -> add(role + ".bias", name, former(name, ".bias", ".beta"), config));
        });
  }

  /** Checkpoints of the first BERT call the gain and bias of a norm gamma and beta. */
  private static Optional<String> former(String name, String suffix, String formerSuffix) {
    return name.endsWith(suffix)
        ? Optional.of(name.substring(0, name.length() - suffix.length()) + formerSuffix)
        : Optional.empty();
  }

  private void add(String role, String tensor, Optional<String> former, NormConfig norm) {
    uses.add(
        new TensorUse(
            stack,
            layer,
            prefix + role,
            tensor,
            former,
            shapeOf(norm.width()),
            Form.VECTOR,
            Optional.empty()));
  }

  private void add(String role, String tensor, Form form, long... shape) {
    uses.add(
        new TensorUse(
            stack,
            layer,
            prefix + role,
            tensor,
            Optional.empty(),
            shapeOf(shape),
            form,
            Optional.empty()));
  }
}
