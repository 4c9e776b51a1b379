package dev.headlight.nn;

import dev.headlight.config.MaskConfig;
import dev.headlight.kernel.HeadGroup;
import dev.headlight.kernel.Operand;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.kernel.WeightBlock;
import dev.headlight.nn.PartClock.Part;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;

/**
 * Scaled dot-product attention over packed sequences: multi-head, grouped-query and multi-query,
 * over the sequence itself or, for cross-attention, over the encoder's output.
 *
 * <p>Scores are computed for tiles of whole rows, so that memory is {@code O(tile * T)} and
 * softmax, observer and the product with V work in cache. The tiles of a sequence depend on its own
 * length only. Those at its end reach into the rows behind: what is computed from them is hidden by
 * the mask, or overwritten when the next sequence is attended to.
 */
public final class Attention implements Operation {
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
          projections.project(hidden, input, shape, encoder(input, context), context);
      context.clock().end(Part.QKV_PROJ);
      // [N, h*k] and rows behind it, which tiles that are filled up write to
      int rows = ProductSizes.rows(input.packing());
      Operand attended = context.products().newOperand(rows, shape.queryWidth(), workspace);
      for (int sequence = 0; sequence < input.packing().sequences(); sequence++) {
        attend(sequence, projected, input, context, attended);
      }
      context.products().linearAdd(attended.rows(0, hidden.rows()), output, target, workspace);
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
    AttentionObserver observer = input.observer();
    boolean observesNorms = observer != null && observer.seesNorms();
    if (observesNorms) {
      Operand value = projected.value().rows(keys.start(sequence), totalKeys); // [tk, g*k]
      observer.values(sequence, norms.ofValues(value, context));
    }
    // keys and values of a head group stay in cache unless an observer has to see all heads at once
    boolean byQuery = observer != null && observer.seesAllHeadsOfAQueryInTurn();
    AttentionTiles tiles = AttentionTiles.of(shape.heads(), length, totalKeys, mask, byQuery);
    QkvProjection.Projected rows = projected.of(queries, keys, sequence);
    Operand result = attended.rows(queries.start(sequence), rows.query().rows()); // [T, h*k]
    try (ZerosBehind zeros = new ZerosBehind(projected.value(), keys, sequence, context)) {
      for (int i = 0; i < tiles.count(); i++) {
        attendTile(tile(tiles, i, sequence, totalKeys), rows, result, observer, context);
      }
    }
    if (observesNorms) {
      observer.outputs(sequence, norms.ofOutputs(result.rows(0, length), context));
    }
  }

  private Tile tile(AttentionTiles tiles, int index, int sequence, int totalKeys) {
    return new Tile(
        sequence,
        group(tiles.firstHead(index), tiles.headCount(index)),
        tiles.firstQuery(index),
        tiles.queryCount(index),
        tiles.rowCount(index),
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
      int headRows,
      int firstKey,
      int endKey,
      int totalKeys) {
    int keys() {
      return endKey - firstKey;
    }

    int rows() {
      return heads.count() * headRows;
    }
  }

  private void attendTile(
      Tile tile,
      QkvProjection.Projected rows,
      Operand result,
      AttentionObserver observer,
      ForwardContext context) {
    Workspace workspace = context.workspace();
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix scores = scores(tile, rows, context); // [heads * tq, tk]
      context.clock().end(Part.SCORES);
      if (shape.softCap() > 0) {
        context.rows().softCap(scores, shape.softCap());
      }
      addBias(tile, scores, context);
      context.clock().end(Part.POSITIONS);
      setVisible(tile, context);
      Operand weights = softmax(tile, scores, observer, context); // [heads * tq, tk]
      Operand value = rows.value().rows(tile.firstKey(), tile.keys());
      Operand tileResult = result.rows(tile.firstQuery(), tile.headRows());
      context.products().values(weights, value, tile.heads(), tileResult, workspace);
      context.clock().end(Part.VALUES);
    }
  }

  private Matrix scores(Tile tile, QkvProjection.Projected rows, ForwardContext context) {
    Workspace workspace = context.workspace();
    Matrix scores = workspace.matrix(tile.rows(), tile.keys());
    Operand query = rows.query().rows(tile.firstQuery(), tile.headRows());
    Operand key = rows.key().rows(tile.firstKey(), tile.keys());
    context.products().scores(query, key, tile.heads(), shape.scale(), scores, workspace);
    return scores;
  }

  /**
   * In blocks of rows that stay in the first-level cache: of whole heads, or of a part of one head.
   */
  private static Operand softmax(
      Tile tile, Matrix scores, AttentionObserver observer, ForwardContext context) {
    Operand weights = context.products().weights(scores, context.workspace());
    WeightBlock block = context.weightBlock();
    int fitting = WeightBlock.rowsOf(tile.keys());
    int heads = fitting / tile.headRows();
    int row = 0;
    while (row < tile.rows()) {
      int end = heads > 0 ? tile.rows() : (row / tile.headRows() + 1) * tile.headRows();
      int most = heads > 0 ? heads * tile.headRows() : fitting;
      block.select(row, Math.min(most, end - row), tile.keys());
      context.rows().softmax(scores, context.softmaxRows(), block, weights);
      context.clock().lap(Part.SOFTMAX);
      if (observer != null) {
        observe(tile, block, observer, context);
        context.clock().lap(Part.STATISTICS);
      }
      row += block.rows();
    }
    context.clock().endLaps();
    return weights;
  }

  /** Hands over the queries of each head, without the rows that a tile is filled up with. */
  private static void observe(
      Tile tile, WeightBlock block, AttentionObserver observer, ForwardContext context) {
    int end = block.firstRow() + block.rows();
    for (int row = block.firstRow(); row < end; ) {
      int head = row / tile.headRows();
      int query = row % tile.headRows();
      int next = Math.min(end, (head + 1) * tile.headRows());
      int queries = Math.min(next - row, tile.queries() - query);
      if (queries > 0) {
        observer.observe(
            new AttentionBlock(
                tile.sequence(),
                tile.heads().first() + head,
                tile.firstQuery() + query,
                queries,
                tile.firstKey(),
                block.weights(),
                (row - block.firstRow()) * block.stride(),
                block.stride(),
                context.softmaxRows(),
                row));
      }
      row = next;
    }
  }

  private void addBias(Tile tile, Matrix scores, ForwardContext context) {
    if (positions.scoreBias() == null) {
      return;
    }
    ScoreBias.Table bias =
        positions.scoreBias().upTo(Math.max(tile.endKey(), tile.firstQuery() + tile.queries()));
    for (int head = 0; head < tile.heads().count(); head++) {
      float[] byDistance = bias.byHead()[tile.heads().first() + head];
      for (int r = 0; r < tile.queries(); r++) {
        int keyMinusQuery = tile.firstKey() - (tile.firstQuery() + r);
        context
            .rows()
            .addToRow(scores, head * tile.headRows() + r, byDistance, keyMinusQuery + bias.reach());
      }
    }
  }

  /** Rows that a tile is filled up with see nothing. */
  private void setVisible(Tile tile, ForwardContext context) {
    context.softmaxRows().resize(tile.rows());
    for (int r = 0; r < tile.headRows(); r++) {
      boolean filling = r >= tile.queries();
      int from = filling ? 0 : mask.firstKey(tile.firstQuery() + r) - tile.firstKey();
      int to = filling ? 0 : mask.endKey(tile.firstQuery() + r, tile.totalKeys()) - tile.firstKey();
      for (int head = 0; head < tile.heads().count(); head++) {
        context.softmaxRows().visible(head * tile.headRows() + r, from, to);
      }
    }
  }
}
