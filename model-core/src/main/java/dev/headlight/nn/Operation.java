package dev.headlight.nn;

import dev.headlight.tensor.Matrix;

/** The part of a sublayer between its norms: attention or feed-forward. */
public sealed interface Operation permits Attention, FeedForward {

  /**
   * Adds the operation's result to a target, which is the residual stream unless a norm comes
   * between.
   *
   * @param hidden {@code [N, d]}
   * @param target {@code [N, d]}; may be {@code hidden}: a row is written only after it was read
   *     for the last time
   */
  void addTo(Matrix hidden, BlockInput input, ForwardContext context, Matrix target);
}
