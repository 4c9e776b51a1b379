package dev.headlight.nn;

import dev.headlight.config.Activation;
import dev.headlight.kernel.Operand;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.nn.PartClock.Part;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;

/**
 * Feed-forward network of a block, plain or gated. Rows are worked on in chunks, so that the
 * intermediate {@code [N, f]} never exists as a whole.
 */
public final class FeedForward implements Operation {
  private static final int CHUNK_ROWS = 1024;

  private final PackedLinear up;
  private final PackedLinear down;
  private final Activation activation;
  private final boolean gated;

  private FeedForward(PackedLinear up, PackedLinear down, Activation activation, boolean gated) {
    this.up = up;
    this.down = down;
    this.activation = activation;
    this.gated = gated;
  }

  /** {@code down(activation(up x))}. */
  public static FeedForward mlp(PackedLinear up, Activation activation, PackedLinear down) {
    return new FeedForward(up, down, activation, false);
  }

  /**
   * {@code down(activation(gate x) * up x)} (Shazeer 2020).
   *
   * @param gateUp both projections in one product of {@code 2f} outputs, the gate first
   */
  public static FeedForward gatedMlp(
      PackedLinear gateUp, Activation activation, PackedLinear down) {
    return new FeedForward(gateUp, down, activation, true);
  }

  @Override
  public void addTo(Matrix hidden, BlockInput input, ForwardContext context, Matrix target) {
    for (int first = 0; first < hidden.rows(); first += CHUNK_ROWS) {
      int count = Math.min(CHUNK_ROWS, hidden.rows() - first);
      addChunk(first, hidden.rows(first, count), input, context, target.rows(first, count));
    }
  }

  private void addChunk(
      int first, Matrix hidden, BlockInput input, ForwardContext context, Matrix target) {
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      Operand operand = context.products().operand(hidden, workspace); // [rows, d]
      Operand intermediate =
          gated ? gated(first, operand, input, context) : activated(first, operand, input, context);
      context.products().linearAdd(intermediate, down, target, workspace);
      context.clock().end(Part.DOWN_PROJ);
    }
  }

  /** {@code [rows, f]}. */
  private Operand activated(int first, Operand hidden, BlockInput input, ForwardContext context) {
    Workspace workspace = context.workspace();
    Operand projected = context.products().newOperand(hidden.rows(), up.outputs(), workspace);
    context.products().linear(hidden, up, activation, projected, workspace);
    context.clock().end(Part.GATE_UP_PROJ);
    if (input.updates() != null) {
      try (Workspace.Scope scope = workspace.scope()) {
        input.updates().activations(first, projected.exact(workspace), input.packing());
      }
      context.clock().end(Part.STATISTICS);
    }
    return projected;
  }

  /** {@code [rows, f]}. */
  private Operand gated(int first, Operand hidden, BlockInput input, ForwardContext context) {
    Workspace workspace = context.workspace();
    Matrix projected = workspace.matrix(hidden.rows(), up.outputs()); // [rows, 2f]
    context.products().linear(hidden, up, Activation.NONE, projected, workspace);
    context.clock().end(Part.GATE_UP_PROJ);
    int width = up.outputs() / 2;
    Matrix gate = projected.columns(0, width);
    if (input.updates() != null) {
      observeGate(first, gate, input, context);
      context.clock().end(Part.STATISTICS);
    }
    context.rows().gate(gate, projected.columns(width, width), activation);
    Operand result = context.products().operand(gate, workspace);
    context.clock().end(Part.ACTIVATION);
    return result;
  }

  private void observeGate(int first, Matrix gate, BlockInput input, ForwardContext context) {
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix activated = workspace.matrix(gate.rows(), gate.columns()); // [rows, f]
      activated.copyFrom(gate);
      context.rows().activate(activated, activation);
      input.updates().activations(first, activated, input.packing());
    }
  }
}
