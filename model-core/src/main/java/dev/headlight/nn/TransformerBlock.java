package dev.headlight.nn;

import dev.headlight.nn.PartClock.Part;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;
import java.util.List;

/** One transformer block: its sublayers with their norms and residuals, serial or parallel. */
public final class TransformerBlock {
  private final List<Sublayer> sublayers;
  private final boolean parallel;

  /** A sublayer with its norms; each norm may be null. See {@code BlockConfig.Sublayer}. */
  public record Sublayer(Norm inputNorm, Operation operation, Norm outputNorm, Norm residualNorm) {}

  public TransformerBlock(List<Sublayer> sublayers, boolean parallel) {
    this.sublayers = List.copyOf(sublayers);
    this.parallel = parallel;
  }

  /**
   * Runs the block in place.
   *
   * @param hidden {@code [N, d]}, the residual stream
   * @param observers of the self- and the cross-attention layer and of all sublayers
   */
  void forward(Matrix hidden, BlockInput input, Observers observers, ForwardContext context) {
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix blockInput = hidden;
      if (parallel) {
        blockInput = workspace.matrix(hidden.rows(), hidden.columns());
        blockInput.copyFrom(hidden);
        context.clock().end(Part.OTHER);
      }
      for (Sublayer sublayer : sublayers) {
        forward(
            sublayer,
            blockInput,
            hidden,
            input.observedBy(observers.of(sublayer.operation()), observers.updates()),
            context);
      }
    }
  }

  /** Observers of a block's attention layers and sublayers, each may be null. */
  record Observers(AttentionObserver self, AttentionObserver cross, UpdateObserver updates) {
    AttentionObserver of(Operation operation) {
      return operation instanceof Attention attention && attention.isCross() ? cross : self;
    }
  }

  private static void forward(
      Sublayer sublayer, Matrix source, Matrix hidden, BlockInput input, ForwardContext context) {
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix normed = source;
      if (sublayer.inputNorm() != null) {
        normed = workspace.matrix(source.rows(), source.columns()); // [N, d]
        sublayer.inputNorm().apply(source, normed, context);
        context.clock().end(Part.NORMS);
      }
      Matrix before = null;
      if (input.updates() != null) {
        before = workspace.matrix(hidden.rows(), hidden.columns()); // [N, d]
        before.copyFrom(hidden);
      }
      if (sublayer.outputNorm() == null) {
        sublayer.operation().addTo(normed, input, context, hidden);
      } else {
        addNormed(sublayer, normed, input, context, hidden);
      }
      if (before != null) {
        input.updates().update(part(sublayer.operation()), before, hidden, input.packing());
      }
      if (sublayer.residualNorm() != null) {
        sublayer.residualNorm().apply(hidden, hidden, context);
        context.clock().end(Part.NORMS);
      }
    }
  }

  private static UpdateObserver.Part part(Operation operation) {
    if (!(operation instanceof Attention attention)) {
      return UpdateObserver.Part.FEED_FORWARD;
    }
    return attention.isCross()
        ? UpdateObserver.Part.CROSS_ATTENTION
        : UpdateObserver.Part.ATTENTION;
  }

  private static void addNormed(
      Sublayer sublayer, Matrix normed, BlockInput input, ForwardContext context, Matrix hidden) {
    Matrix branch = context.workspace().matrix(hidden.rows(), hidden.columns()); // [N, d]
    float[] zeros = new float[hidden.columns()];
    for (int row = 0; row < branch.rows(); row++) {
      branch.writeRow(row, zeros, 0);
    }
    sublayer.operation().addTo(normed, input, context, branch);
    sublayer.outputNorm().apply(branch, branch, context);
    context.rows().add(branch, hidden);
    context.clock().end(Part.NORMS);
  }
}
