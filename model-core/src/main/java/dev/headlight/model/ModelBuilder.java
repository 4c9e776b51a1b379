package dev.headlight.model;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.FeedForwardConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.RotaryConfig;
import dev.headlight.config.ScoreBiasConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.kernel.Kernels;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.nn.Attention;
import dev.headlight.nn.BlockStack;
import dev.headlight.nn.FeedForward;
import dev.headlight.nn.Norm;
import dev.headlight.nn.Operation;
import dev.headlight.nn.QkvProjection;
import dev.headlight.nn.RotaryEmbedding;
import dev.headlight.nn.ScoreBias;
import dev.headlight.nn.TransformerBlock;
import dev.headlight.safetensors.TensorSource;
import dev.headlight.safetensors.WeightScope;
import dev.headlight.tensor.NativeArena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Builds a model from its description: fetches each tensor by full name and expected shape, and
 * packs it.
 */
final class ModelBuilder {
  private final ModelConfig config;
  private final Kernels kernels;
  private final NativeArena arena;
  private final WeightScope scope;
  private final WeightLoader loader;
  // layers with the same positions share their tables, which grow with the longest sequence
  private final Map<RotaryConfig, RotaryEmbedding> rotaries = new HashMap<>();
  private final Map<ScoreBiasConfig, ScoreBias> scoreBiases = new HashMap<>();

  ModelBuilder(ModelConfig config, TensorSource tensors, Kernels kernels, NativeArena arena) {
    this.config = config;
    this.kernels = kernels;
    this.arena = arena;
    this.scope = new WeightScope(tensors);
    this.loader = new WeightLoader(tensors, scope, kernels, arena);
  }

  TransformerModel build() {
    UnexpectedTensors.refuse(config, scope);
    TransformerModel.Stack stack = stack(config.stack());
    Optional<TransformerModel.Stack> decoder = Optional.empty();
    if (config.decoder().isPresent()) {
      decoder = Optional.of(stack(config.decoder().get()));
    }
    return new TransformerModel(config, kernels, arena, stack, decoder);
  }

  private TransformerModel.Stack stack(StackConfig stack) {
    List<TransformerBlock> blocks = new ArrayList<>();
    for (BlockConfig block : stack.blocks()) {
      blocks.add(block(block));
    }
    Norm finalNorm = loader.norm(stack.finalNorm());
    BlockStack built = new BlockStack(stack.attention(), blocks, finalNorm);
    return new TransformerModel.Stack(
        stack, new EmbeddingBuilder(loader).build(stack.embedding()), built);
  }

  private TransformerBlock block(BlockConfig block) {
    List<TransformerBlock.Sublayer> sublayers = new ArrayList<>();
    for (BlockConfig.Sublayer sublayer : block.sublayers()) {
      sublayers.add(
          new TransformerBlock.Sublayer(
              loader.norm(sublayer.inputNorm()),
              operation(sublayer.operation()),
              loader.norm(sublayer.outputNorm()),
              loader.norm(sublayer.residualNorm())));
    }
    return new TransformerBlock(sublayers, block.parallel());
  }

  private Operation operation(BlockConfig.Operation operation) {
    return operation instanceof AttentionConfig attention
        ? attention(attention)
        : feedForward((FeedForwardConfig) operation);
  }

  private Attention attention(AttentionConfig attention) {
    Attention.Shape shape =
        new Attention.Shape(
            attention.heads(),
            attention.keyValueHeads(),
            attention.headDim(),
            (float) attention.scale(),
            (float) attention.softCap());
    Attention.Positions positions =
        new Attention.Positions(
            attention
                .rotary()
                .map(rotary -> rotaries.computeIfAbsent(rotary, RotaryEmbedding::of))
                .orElse(null),
            loader.norm(attention.qNorm()),
            loader.norm(attention.kNorm()),
            attention
                .scoreBias()
                .map(bias -> scoreBiases.computeIfAbsent(bias, this::scoreBias))
                .orElse(null));
    return new Attention(
        shape,
        projections(attention),
        loader.linear(attention.output()),
        positions,
        attention.mask());
  }

  private QkvProjection projections(AttentionConfig attention) {
    QkvRows rows = QkvRows.of(attention);
    if (attention.cross()) {
      PackedLinear q = loader.linear(List.of(rows.query()));
      return new QkvProjection.CrossAttention(q, loader.linear(List.of(rows.key(), rows.value())));
    }
    return new QkvProjection.SelfAttention(
        loader.linear(List.of(rows.query(), rows.key(), rows.value())));
  }

  private ScoreBias scoreBias(ScoreBiasConfig config) {
    if (config instanceof ScoreBiasConfig.RelativeBuckets relative) {
      return ScoreBias.relative(
          relative, loader.floats(relative.weight(), relative.storedBuckets(), relative.heads()));
    }
    return ScoreBias.alibi((ScoreBiasConfig.Alibi) config);
  }

  private FeedForward feedForward(FeedForwardConfig feedForward) {
    PackedLinear down = loader.linear(feedForward.down());
    if (feedForward.gate().isEmpty()) {
      return FeedForward.mlp(loader.linear(feedForward.up()), feedForward.activation(), down);
    }
    List<WeightRows> gateUp =
        List.of(WeightRows.all(feedForward.gate().get()), WeightRows.all(feedForward.up()));
    return FeedForward.gatedMlp(loader.linear(gateUp), feedForward.activation(), down);
  }
}
