package dev.headlight.statistics;

import dev.headlight.statistics.SequenceStatistics.ReceivedAttention;

/**
 * Mean attention each key receives from the queries that see it, as heavy-hitter caches rank keys
 * (Zhang 2023).
 */
final class ReceivedAttentionRows implements LayerRows {
  private final RowReductions reductions = RowReductions.best();
  private final BatchDescription.Side side;
  private int layer;
  private int keys;
  private double[] sums = new double[0]; // [h, keys]
  private int[] changes =
      new int[0]; // [keys + 1]: queries that start to see a key, less those that cease to

  ReceivedAttentionRows(BatchDescription.Side side) {
    this.side = side;
  }

  @Override
  public void begin(int startedLayer, int sequence) {
    layer = startedLayer;
    keys = side.keys()[sequence];
    sums = new double[side.heads() * keys];
    changes = new int[keys + 1];
  }

  @Override
  public void add(int head, RowBlock rows) {
    for (int r = 0; r < rows.rows(); r++) {
      int first = rows.firstVisibleKey(r);
      reductions.addTo(rows.weights(), rows.start(r), rows.end(r), sums, head * keys + first);
      if (head == 0) {
        changes[first]++;
        changes[first + rows.visible(r)]--;
      }
    }
  }

  @Override
  public void end(SequenceResults results) {
    for (int head = 0; head < side.heads(); head++) {
      float[] means = new float[keys];
      int queries = 0;
      for (int key = 0; key < keys; key++) {
        queries += changes[key];
        means[key] = (float) (sums[head * keys + key] / queries);
      }
      results.received.add(new ReceivedAttention(side.attention(), layer, head, means));
    }
  }
}
