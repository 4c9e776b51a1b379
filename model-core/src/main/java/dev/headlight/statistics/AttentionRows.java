package dev.headlight.statistics;

import dev.headlight.statistics.SequenceStatistics.HeadAttention;

/** The weights themselves, for sequences up to a limit. */
final class AttentionRows implements LayerRows {
  private final BatchDescription.Side side;
  private final int limit;
  private int layer;
  private int queries;
  private int keys;
  private float[][] weights = new float[0][]; // [h][queries * keys]; without rows over the limit

  AttentionRows(BatchDescription.Side side, int limit) {
    this.side = side;
    this.limit = limit;
  }

  private boolean overLimit() {
    return queries > limit || keys > limit;
  }

  @Override
  public void begin(int startedLayer, int sequence) {
    layer = startedLayer;
    queries = side.queries()[sequence];
    keys = side.keys()[sequence];
    weights =
        overLimit() ? new float[0][] : new float[side.heads()][Math.multiplyExact(queries, keys)];
  }

  @Override
  public void add(int head, RowBlock rows) {
    if (overLimit()) {
      return;
    }
    for (int r = 0; r < rows.rows(); r++) {
      int at = rows.query(r) * keys + rows.firstVisibleKey(r);
      System.arraycopy(rows.weights(), rows.start(r), weights[head], at, rows.visible(r));
    }
  }

  @Override
  public void end(SequenceResults results) {
    results.attentionsOverLimit |= overLimit();
    for (int head = 0; head < weights.length; head++) {
      results.attentions.add(
          new HeadAttention(side.attention(), layer, head, queries, keys, weights[head]));
    }
  }
}
