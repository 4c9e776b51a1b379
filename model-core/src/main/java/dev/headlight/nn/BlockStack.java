package dev.headlight.nn;

import dev.headlight.nn.PartClock.Part;
import dev.headlight.tensor.Matrix;
import java.util.List;

/**
 * Transformer blocks with the final norm.
 *
 * @param attention what self-attention is called: {@code self}, {@code encoder} or {@code decoder}
 * @param finalNorm null for none
 */
public record BlockStack(String attention, List<TransformerBlock> blocks, Norm finalNorm) {

  public BlockStack {
    blocks = List.copyOf(blocks);
  }

  /**
   * Runs all blocks and the final norm in place.
   *
   * @param hidden {@code [N, d]}: the embedding output; afterwards the last hidden state
   * @param input packing and, for a decoder, the encoder's output
   */
  public void forward(
      Matrix hidden, BlockInput input, ForwardObserver observer, ForwardContext context) {
    observe(0, hidden, input, observer, context);
    for (int layer = 0; layer < blocks.size(); layer++) {
      TransformerBlock.Observers observers =
          new TransformerBlock.Observers(
              observer.attention(attention, layer),
              observer.attention("cross", layer),
              observer.updates(attention, layer));
      blocks.get(layer).forward(hidden, input, observers, context);
      observe(layer + 1, hidden, input, observer, context);
    }
    if (finalNorm != null) {
      finalNorm.apply(hidden, hidden, context);
      context.clock().end(Part.NORMS);
    }
  }

  private void observe(
      int layer,
      Matrix hidden,
      BlockInput input,
      ForwardObserver observer,
      ForwardContext context) {
    observer.hiddenState(attention, layer, hidden, input.packing());
    context.clock().end(Part.STATISTICS);
  }
}
