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
      TransformerModel model,
      ForwardRequest request,
      List<Sequence> inputs,
      List<Sequence> decoderInputs) {
    if (request.statistics().isEmpty()) {
      return StatisticsCollector.none(inputs.size());
    }
    List<BatchDescription.Side> sides = new ArrayList<>();
    BatchDescription.Side encoder = side(model.stack(), inputs);
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
    return StatisticsCollector.of(request.statistics(), new BatchDescription(inputs.size(), sides));
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
