package dev.headlight.model;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.statistics.BatchDescription;
import dev.headlight.statistics.PatchGrid;
import dev.headlight.statistics.StatisticsCollector;
import java.util.ArrayList;
import java.util.List;

/** Tells the statistics what they need to know of a batch: lengths, heads, token ids. */
final class StatisticsInputs {
  private StatisticsInputs() {}

  static StatisticsCollector collector(
      TransformerModel model, ForwardRequest request, List<Example> batch) {
    if (request.statistics().isEmpty()) {
      return StatisticsCollector.none(batch.size());
    }
    List<Sequence> decoderInputs =
        batch.stream().flatMap(example -> example.decoderInput().stream()).toList();
    List<BatchDescription.Side> sides = new ArrayList<>();
    BatchDescription.Side encoder =
        withSegments(side(model.stack(), batch.stream().map(Example::input).toList()), batch);
    sides.add(encoder);
    if (!decoderInputs.isEmpty()) {
      TransformerModel.Stack stack = model.decoder().orElseThrow();
      BatchDescription.Side decoder = side(stack, decoderInputs);
      sides.add(decoder);
      sides.add(
          BatchDescription.Side.ofCross(
              heads(stack.config(), true),
              decoder.lengths(),
              encoder.lengths(),
              encoder.keyTokens()));
    }
    return StatisticsCollector.of(request.statistics(), new BatchDescription(batch.size(), sides));
  }

  private static BatchDescription.Side withSegments(
      BatchDescription.Side side, List<Example> batch) {
    List<BatchDescription.Tokens> tokens = new ArrayList<>();
    for (int s = 0; s < batch.size(); s++) {
      tokens.add(side.keyTokens().get(s).withSegments(batch.get(s).segments()));
    }
    return BatchDescription.Side.ofSelf(side.attention(), side.heads(), side.lengths(), tokens);
  }

  private static BatchDescription.Side side(
      TransformerModel.Stack stack, List<Sequence> sequences) {
    int[] lengths = Embedder.lengths(stack, sequences);
    return BatchDescription.Side.ofSelf(
        stack.blocks().attention(),
        heads(stack.config(), false),
        lengths,
        sequences.stream().map(sequence -> tokens(stack.config(), sequence)).toList());
  }

  private static BatchDescription.Tokens tokens(StackConfig stack, Sequence sequence) {
    if (sequence instanceof Sequence.Tokens tokens) {
      return BatchDescription.Tokens.ofIds(tokens.inputIds());
    }
    if (sequence instanceof Sequence.Pixels pixels
        && stack.embedding() instanceof EmbeddingConfig.Patches patches) {
      return BatchDescription.Tokens.ofImage(grid(patches, pixels));
    }
    return BatchDescription.Tokens.UNKNOWN;
  }

  private static PatchGrid grid(EmbeddingConfig.Patches patches, Sequence.Pixels image) {
    EmbeddingConfig.Size grid = patches.grid(image.height(), image.width());
    int leading = patches.tokens(image.height(), image.width()) - grid.height() * grid.width();
    return new PatchGrid(
        leading, grid.height(), grid.width(), patches.patch().height(), patches.patch().width());
  }

  private static int heads(StackConfig stack, boolean cross) {
    for (BlockConfig.Sublayer sublayer : stack.blocks().get(0).sublayers()) {
      if (sublayer.operation() instanceof AttentionConfig attention && attention.cross() == cross) {
        return attention.heads();
      }
    }
    throw new IllegalStateException(
        "no " + (cross ? "cross-" : "self-") + "attention in stack " + stack.attention());
  }
}
