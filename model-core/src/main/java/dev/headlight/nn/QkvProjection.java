package dev.headlight.nn;

import dev.headlight.kernel.Operand;
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
   *
   * @param encoder null for none
   */
  Projected project(
      Matrix hidden,
      Matrix memory,
      Attention.Shape shape,
      PositionEncoder encoder,
      ForwardContext context);

  /** Projected queries {@code [N, h*k]}, keys and values {@code [M, g*k]}, as views. */
  record Projected(Operand query, Operand key, Operand value) {}

  /** What changes queries and keys before they are multiplied, in float32: norms, positions. */
  interface PositionEncoder {
    void encode(Matrix query, Matrix key);
  }

  /** One product of {@code (h + 2g) * k} outputs, in the order q, k, v. */
  record SelfAttention(PackedLinear qkv) implements QkvProjection {
    @Override
    public boolean isCross() {
      return false;
    }

    @Override
    public Projected project(
        Matrix hidden,
        Matrix memory,
        Attention.Shape shape,
        PositionEncoder encoder,
        ForwardContext context) {
      int queryWidth = shape.queryWidth();
      int keyWidth = shape.keyWidth();
      Operand fused; // [N, (h + 2g) * k]
      if (encoder == null) {
        fused = Attention.project(hidden, qkv, context);
      } else {
        Matrix exact = Attention.projectExactly(hidden, qkv, context);
        encoder.encode(exact.columns(0, queryWidth), exact.columns(queryWidth, keyWidth));
        fused = context.products().operand(exact, context.workspace());
      }
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
        Matrix hidden,
        Matrix memory,
        Attention.Shape shape,
        PositionEncoder encoder,
        ForwardContext context) {
      int keyWidth = shape.keyWidth();
      if (encoder == null) {
        Operand fused = Attention.project(memory, kv, context); // [M, 2*g*k]
        return new Projected(
            Attention.project(hidden, q, context), // [N, h*k]
            fused.columns(0, keyWidth),
            fused.columns(keyWidth, keyWidth));
      }
      Matrix exactQuery = Attention.projectExactly(hidden, q, context);
      Matrix exact = Attention.projectExactly(memory, kv, context);
      encoder.encode(exactQuery, exact.columns(0, keyWidth));
      Operand fused = context.products().operand(exact, context.workspace());
      return new Projected(
          context.products().operand(exactQuery, context.workspace()),
          fused.columns(0, keyWidth),
          fused.columns(keyWidth, keyWidth));
    }
  }
}
