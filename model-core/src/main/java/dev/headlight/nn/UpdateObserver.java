package dev.headlight.nn;

import dev.headlight.tensor.Matrix;

/**
 * Sees what the sublayers of one block add to the residual stream. It may not change anything:
 * results are the same bits with and without it.
 */
public interface UpdateObserver {
  /** The kinds of sublayers. */
  enum Part {
    ATTENTION,
    CROSS_ATTENTION,
    FEED_FORWARD
  }

  /**
   * Called once for each sublayer, after its result was added and before a norm of the sum, if
   * there is one (post-norm blocks).
   *
   * @param before {@code [N, d]}, the residual stream as it was; valid only during the call
   * @param after {@code [N, d]}, with the sublayer's result
   */
  void update(Part part, Matrix before, Matrix after, Packing packing);

  /**
   * Called for all rows in turn with the intermediate activations of the feed-forward network:
   * {@code activation(gate x)} of a gated, {@code activation(up x)} of a plain one.
   *
   * @param firstRow first of these rows of the packed batch
   * @param activations {@code [rows, f]}, valid only during the call
   */
  void activations(int firstRow, Matrix activations, Packing packing);
}
