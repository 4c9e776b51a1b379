package dev.headlight.nn;

import dev.headlight.kernel.PackedLinear;
import dev.headlight.tensor.Matrix;

/**
 * The q, k and v projections. Whatever a checkpoint stores, self-attention projects all three in
 * one product and cross-attention k and v in one: the rows are put together when the model is
 * built.
 */
public sealed interface QkvProjection {

  /** Whether keys and values come from the encoder. */
  boolean isCross();

  /**
   * Projects hidden states {@code [N, d]} and, for cross-attention, the encoder's output {@code [M,
   * d_encoder]}.
   */
  Projected project(Matrix hidden, Matrix memory, Attention.Shape shape, ForwardContext context);

  /** Projected queries {@code [N, h*k]}, keys and values {@code [M, g*k]}, as views. */
  record Projected(Matrix query, Matrix key, Matrix value) {}

  /** One product of {@code (h + 2g) * k} outputs, in the order q, k, v. */
  record SelfAttention(PackedLinear qkv) implements QkvProjection {
    @Override
    public boolean isCross() {
      return false;
    }

    @Override
    public Projected project(
        Matrix hidden, Matrix memory, Attention.Shape shape, ForwardContext context) {
      Matrix fused = Attention.project(hidden, qkv, context); // [N, (h + 2g) * k]
      int queryWidth = shape.queryWidth();
      int keyWidth = shape.keyWidth();
      return new Projected(
          fused.columns(0, queryWidth),
          fused.columns(queryWidth, keyWidth),
          fused.columns(queryWidth + keyWidth, keyWidth));
    }
  }

  /** Queries from the hidden states, keys and values from the encoder. */
  record CrossAttention(PackedLinear q, PackedLinear kv) implements QkvProjection {
    @Override
    public boolean isCross() {
      return true;
    }

    @Override
    public Projected project(
        Matrix hidden, Matrix memory, Attention.Shape shape, ForwardContext context) {
      Matrix query = Attention.project(hidden, q, context); // [N, h*k]
      Matrix fused = Attention.project(memory, kv, context); // [M, 2*g*k]
      int keyWidth = shape.keyWidth();
      return new Projected(query, fused.columns(0, keyWidth), fused.columns(keyWidth, keyWidth));
    }
  }
}
