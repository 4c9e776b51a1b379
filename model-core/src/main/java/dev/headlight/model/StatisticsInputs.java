package dev.headlight.model;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.BlockConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.statistics.BatchDescription;
import dev.headlight.statistics.StatisticsCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
          new BatchDescription.Side(
              "cross",
              heads(stack.config(), true),
              decoder.lengths(),
              encoder.lengths(),
              Optional.empty()));
    }
    return StatisticsCollector.of(request.statistics(), new BatchDescription(inputs.size(), sides));
  }

  private static BatchDescription.Side side(
      TransformerModel.Stack stack, List<Sequence> sequences) {
    int[] lengths = Embedder.lengths(stack, sequences);
    List<int[]> ids = new ArrayList<>();
    for (Sequence sequence : sequences) {
      ids.add(sequence instanceof Sequence.Tokens tokens ? tokens.inputIds() : new int[0]);
    }
    return new BatchDescription.Side(
        stack.blocks().attention(),
        heads(stack.config(), false),
        lengths,
        lengths,
        Optional.of(ids));
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
