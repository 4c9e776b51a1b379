package dev.headlight.nn;

import dev.headlight.config.Activation;
import dev.headlight.kernel.Operand;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;

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
   * @param input how the hidden states are packed, and the encoder's output
   * @param encoder null for none
   */
  Projected project(
      Matrix hidden,
      BlockInput input,
      Attention.Shape shape,
      PositionEncoder encoder,
      ForwardContext context);

  /**
   * Projected queries {@code [N, h*k]}, keys and values {@code [M, g*k]}, as views; with zero rows
   * behind them, up to {@link ProductSizes#rows}.
   */
  record Projected(Operand query, Operand key, Operand value) {

    /** The rows of a sequence and those behind, up to the size of products. */
    Projected of(Packing queries, Packing keys, int sequence) {
      int keyRows = ProductSizes.of(keys.length(sequence));
      return new Projected(
          query.rows(queries.start(sequence), ProductSizes.of(queries.length(sequence))),
          key.rows(keys.start(sequence), keyRows),
          value.rows(keys.start(sequence), keyRows));
    }
  }

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
        BlockInput input,
        Attention.Shape shape,
        PositionEncoder encoder,
        ForwardContext context) {
      int queryWidth = shape.queryWidth();
      int keyWidth = shape.keyWidth();
      int rows = ProductSizes.rows(input.packing());
      Operand fused; // [N, (h + 2g) * k]
      if (encoder == null) {
        fused = QkvProjection.project(hidden, qkv, rows, context);
      } else {
        Matrix exact = QkvProjection.projectExactly(hidden, qkv, rows, context);
        Matrix projected = exact.rows(0, hidden.rows());
        encoder.encode(projected.columns(0, queryWidth), projected.columns(queryWidth, keyWidth));
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
        BlockInput input,
        Attention.Shape shape,
        PositionEncoder encoder,
        ForwardContext context) {
      int keyWidth = shape.keyWidth();
      Matrix memory = input.memory();
      int rows = ProductSizes.rows(input.packing());
      int memoryRows = ProductSizes.rows(input.memoryPacking());
      if (encoder == null) {
        Operand fused = QkvProjection.project(memory, kv, memoryRows, context); // [M, 2*g*k]
        return new Projected(
            QkvProjection.project(hidden, q, rows, context), // [N, h*k]
            fused.columns(0, keyWidth),
            fused.columns(keyWidth, keyWidth));
      }
      Matrix exactQuery = QkvProjection.projectExactly(hidden, q, rows, context);
      Matrix exact = QkvProjection.projectExactly(memory, kv, memoryRows, context);
      encoder.encode(
          exactQuery.rows(0, hidden.rows()), exact.rows(0, memory.rows()).columns(0, keyWidth));
      Operand fused = context.products().operand(exact, context.workspace());
      return new Projected(
          context.products().operand(exactQuery, context.workspace()),
          fused.columns(0, keyWidth),
          fused.columns(keyWidth, keyWidth));
    }
  }

  /** Projection of the hidden states without activation, with zeros in the rows behind it. */
  private static Operand project(
      Matrix hidden, PackedLinear weights, int rows, ForwardContext context) {
    Workspace workspace = context.workspace();
    Operand projected = context.products().newOperand(rows, weights.outputs(), workspace);
    projected.rows(hidden.rows(), rows - hidden.rows()).clear();
    try (Workspace.Scope scope = workspace.scope()) {
      Operand input = context.products().operand(hidden, workspace);
      Operand target = projected.rows(0, hidden.rows());
      context.products().linear(input, weights, Activation.NONE, target, workspace);
    }
    return projected;
  }

  /** The same in float32, for what is changed before it is multiplied. */
  private static Matrix projectExactly(
      Matrix hidden, PackedLinear weights, int rows, ForwardContext context) {
    Workspace workspace = context.workspace();
    Matrix projected = workspace.matrix(rows, weights.outputs());
    projected.rows(hidden.rows(), rows - hidden.rows()).clear();
    Matrix target = projected.rows(0, hidden.rows());
    context.products().linear(hidden, weights, Activation.NONE, target, workspace);
    return projected;
  }
}
