package dev.headlight.nn;

import dev.headlight.config.Activation;
import dev.headlight.config.MaskConfig;
import dev.headlight.kernel.HeadGroup;
import dev.headlight.kernel.Operand;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.nn.PartClock.Part;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;

/**
 * Scaled dot-product attention over packed sequences: multi-head, grouped-query and multi-query,
 * over the sequence itself or, for cross-attention, over the encoder's output.
 *
 * <p>Scores are computed for tiles of whole rows, so that memory is {@code O(tile * T)} and
 * softmax, observer and the product with V work in cache. The tiles of a sequence depend on its own
 * length only.
 */
public final class Attention implements Operation {
  private static final int ROW_ALIGNMENT = 16;

  private final Shape shape;
  private final QkvProjection projections;
  private final PackedLinear output;
  private final Positions positions;
  private final MaskConfig mask;
  private final HeadOutputNorms norms;

  /**
   * Numbers of an attention layer.
   *
   * @param heads h
   * @param keyValueHeads g
   * @param headDim k
   * @param scale factor of {@code q . k}
   * @param softCap 0 for none
   */
  public record Shape(int heads, int keyValueHeads, int headDim, float scale, float softCap) {
    int queryWidth() {
      return heads * headDim;
    }

    int keyWidth() {
      return keyValueHeads * headDim;
    }
  }

  /** How positions and norms enter queries, keys and scores; each may be null. */
  public record Positions(RotaryEmbedding rotary, Norm qNorm, Norm kNorm, ScoreBias scoreBias) {}

  public Attention(
      Shape shape,
      QkvProjection projections,
      PackedLinear output,
      Positions positions,
      MaskConfig mask) {
    this.shape = shape;
    this.projections = projections;
    this.output = output;
    this.positions = positions;
    this.mask = mask;
    this.norms = new HeadOutputNorms(shape, output);
  }

  /** Whether keys and values come from the encoder. */
  boolean isCross() {
    return projections.isCross();
  }

  @Override
  public void addTo(Matrix hidden, BlockInput input, ForwardContext context, Matrix target) {
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      QkvProjection.Projected projected =
          projections.project(
              hidden,
              input.memory(),
              shape,
              encoder(input, context),
              context); // q [N, h*k]; k, v [M, g*k]
      context.clock().end(Part.QKV_PROJ);
      Operand attended =
          context.products().newOperand(hidden.rows(), shape.queryWidth(), workspace); // [N, h*k]
      for (int sequence = 0; sequence < input.packing().sequences(); sequence++) {
        attend(sequence, projected, input, context, attended);
      }
      context.products().linearAdd(attended, output, target, workspace);
      context.clock().end(Part.O_PROJ);
    }
  }

  private QkvProjection.PositionEncoder encoder(BlockInput input, ForwardContext context) {
    if (positions.qNorm() == null && positions.rotary() == null) {
      return null;
    }
    return (query, key) -> encodePositions(query, key, input.packing(), context);
  }

  private void encodePositions(Matrix query, Matrix key, Packing packing, ForwardContext context) {
    context.clock().end(Part.QKV_PROJ);
    if (positions.qNorm() != null) {
      positions.qNorm().applyPerHead(query, context);
      positions.kNorm().applyPerHead(key, context);
    }
    if (positions.rotary() != null) {
      for (int s = 0; s < packing.sequences(); s++) {
        int start = packing.start(s);
        int length = packing.length(s);
        positions.rotary().rotate(query.rows(start, length), shape.headDim(), context);
        positions.rotary().rotate(key.rows(start, length), shape.headDim(), context);
      }
    }
    context.clock().end(Part.POSITIONS);
  }

  private void attend(
      int sequence,
      QkvProjection.Projected projected,
      BlockInput input,
      ForwardContext context,
      Operand attended) {
    Packing queries = input.packing();
    Packing keys = projections.isCross() ? input.memoryPacking() : queries;
    int length = queries.length(sequence);
    int totalKeys = keys.length(sequence);
    Operand query = projected.query().rows(queries.start(sequence), length); // [T, h*k]
    Operand key = projected.key().rows(keys.start(sequence), totalKeys); // [tk, g*k]
    Operand value = projected.value().rows(keys.start(sequence), totalKeys);
    Operand result = attended.rows(queries.start(sequence), length);
    AttentionObserver observer = input.observer();
    boolean observesNorms = observer != null && observer.seesNorms();
    if (observesNorms) {
      observer.values(sequence, norms.ofValues(value, context));
    }
    // keys and values of a head group stay in cache unless an observer has to see all heads at once
    boolean byQuery = observer != null && observer.seesAllHeadsOfAQueryInTurn();
    AttentionTiles tiles = AttentionTiles.of(shape.heads(), length, totalKeys, mask, byQuery);
    for (int i = 0; i < tiles.count(); i++) {
      Tile tile = tile(tiles, i, sequence, totalKeys);
      attendTile(tile, query, key, value, result, observer, context);
    }
    if (observesNorms) {
      observer.outputs(sequence, norms.ofOutputs(result, context));
    }
  }

  private Tile tile(AttentionTiles tiles, int index, int sequence, int totalKeys) {
    return new Tile(
        sequence,
        group(tiles.firstHead(index), tiles.headCount(index)),
        tiles.firstQuery(index),
        tiles.queryCount(index),
        tiles.firstKey(index),
        tiles.endKey(index),
        totalKeys);
  }

  private HeadGroup group(int first, int count) {
    return new HeadGroup(first, count, shape.heads() / shape.keyValueHeads(), shape.headDim());
  }

  private record Tile(
      int sequence,
      HeadGroup heads,
      int firstQuery,
      int queries,
      int firstKey,
      int endKey,
      int totalKeys) {
    int keys() {
      return endKey - firstKey;
    }
  }

  private void attendTile(
      Tile tile,
      Operand query,
      Operand key,
      Operand value,
      Operand result,
      AttentionObserver observer,
      ForwardContext context) {
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix weights = scores(tile, query, key, context); // [heads * tq, tk]
      context.clock().end(Part.SCORES);
      if (shape.softCap() > 0) {
        context.rows().softCap(weights, shape.softCap());
      }
      addBias(tile, weights, context);
      context.clock().end(Part.POSITIONS);
      setVisible(tile, context);
      context.rows().softmax(weights, context.softmaxRows());
      context.clock().end(Part.SOFTMAX);
      if (observer != null) {
        observer.observe(observed(tile, weights, context));
        context.clock().end(Part.STATISTICS);
      }
      Operand tileValue = value.rows(tile.firstKey(), tile.keys());
      Operand tileResult = result.rows(tile.firstQuery(), tile.queries());
      context.products().values(weights, tileValue, tile.heads(), tileResult, workspace);
      context.clock().end(Part.VALUES);
    }
  }

  private Matrix scores(Tile tile, Operand query, Operand key, ForwardContext context) {
    Workspace workspace = context.workspace();
    HeadGroup group = tile.heads();
    Matrix scores = paddedRows(group.count() * tile.queries(), tile.keys(), workspace);
    Operand tileQuery = query.rows(tile.firstQuery(), tile.queries());
    Operand tileKey = key.rows(tile.firstKey(), tile.keys());
    context.products().scores(tileQuery, tileKey, group, shape.scale(), scores, workspace);
    return scores;
  }

  /** Rows start a cache line each, which lets row operations work on whole vectors. */
  private static Matrix paddedRows(int rows, int columns, Workspace workspace) {
    int stride = (columns + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
    return workspace.matrix(rows, stride).columns(0, columns);
  }

  private AttentionTile observed(Tile tile, Matrix weights, ForwardContext context) {
    return new AttentionTile(
        tile.sequence(),
        tile.heads().first(),
        tile.heads().count(),
        tile.firstQuery(),
        tile.queries(),
        tile.firstKey(),
        tile.totalKeys(),
        weights,
        context.softmaxRows());
  }

  private void addBias(Tile tile, Matrix weights, ForwardContext context) {
    if (positions.scoreBias() == null) {
      return;
    }
    ScoreBias.Table bias =
        positions.scoreBias().upTo(Math.max(tile.totalKeys(), tile.firstQuery() + tile.queries()));
    for (int head = 0; head < tile.heads().count(); head++) {
      float[] byDistance = bias.byHead()[tile.heads().first() + head];
      for (int r = 0; r < tile.queries(); r++) {
        int keyMinusQuery = tile.firstKey() - (tile.firstQuery() + r);
        context
            .rows()
            .addToRow(weights, head * tile.queries() + r, byDistance, keyMinusQuery + bias.reach());
      }
    }
  }

  private void setVisible(Tile tile, ForwardContext context) {
    context.softmaxRows().resize(tile.heads().count() * tile.queries());
    for (int r = 0; r < tile.queries(); r++) {
      int from = mask.firstKey(tile.firstQuery() + r) - tile.firstKey();
      int to = mask.endKey(tile.firstQuery() + r, tile.totalKeys()) - tile.firstKey();
      for (int head = 0; head < tile.heads().count(); head++) {
        context.softmaxRows().visible(head * tile.queries() + r, from, to);
      }
    }
  }

  /** Projection of the hidden states without activation, for parts of this package. */
  static Operand project(Matrix hidden, PackedLinear weights, ForwardContext context) {
    Workspace workspace = context.workspace();
    Operand projected = context.products().newOperand(hidden.rows(), weights.outputs(), workspace);
    try (Workspace.Scope scope = workspace.scope()) {
      Operand input = context.products().operand(hidden, workspace);
      context.products().linear(input, weights, Activation.NONE, projected, workspace);
    }
    return projected;
  }

  /** The same in float32, for what is changed before it is multiplied. */
  static Matrix projectExactly(Matrix hidden, PackedLinear weights, ForwardContext context) {
    Matrix projected = context.workspace().matrix(hidden.rows(), weights.outputs());
    context.products().linear(hidden, weights, Activation.NONE, projected, context.workspace());
    return projected;
  }
}
