package dev.headlight.statistics;

import dev.headlight.nn.AttentionTile;
import dev.headlight.statistics.SequenceStatistics.HeadDivergence;
import dev.headlight.tensor.Matrix;
import java.util.Arrays;

/**
 * Jensen-Shannon divergence between the attention of each pair of heads of a layer (Clark 2019 uses
 * it to cluster heads), in nats, mean over queries.
 *
 * <p>With {@code m = (p + q) / 2} it is {@code 1/2 sum p ln p + 1/2 sum q ln q - sum m ln m}: one
 * logarithm per pair of heads and key.
 */
final class HeadDivergences {
  private final BatchDescription.Side side;
  private final int heads;
  private final double[] sums; // [h, h], upper triangle
  private final double[] negativeEntropy; // [h]
  private float[] rows = new float[0]; // [h, rows, columns]
  private int layer;
  private int queries;

  HeadDivergences(BatchDescription.Side side) {
    this.side = side;
    this.heads = side.heads();
    this.sums = new double[heads * heads];
    this.negativeEntropy = new double[heads];
  }

  void begin(int startedLayer) {
    layer = startedLayer;
    queries = 0;
    Arrays.fill(sums, 0);
  }

  /** Takes some heads of the next queries; all heads of these queries come one after the other. */
  void add(AttentionTile tile) {
    read(tile);
    if (tile.firstHead() + tile.heads() < heads) {
      return;
    }
    for (int query = 0; query < tile.queries(); query++) {
      addQuery(tile, query);
    }
    queries += tile.queries();
  }

  /**
   * Keeps the rows of some heads until those of all heads are there: {@code [h, rows, columns]}.
   */
  private void read(AttentionTile tile) {
    Matrix weights = tile.weights();
    int headFloats = tile.headRows() * weights.columns();
    if (rows.length < heads * headFloats) {
      rows = Arrays.copyOf(rows, heads * headFloats);
    }
    int at = tile.firstHead() * headFloats;
    for (int row = 0; row < weights.rows(); row++) {
      weights.readRow(row, rows, at + row * weights.columns());
    }
  }

  private void addQuery(AttentionTile tile, int query) {
    int columns = tile.weights().columns();
    int from = tile.rows().from(tile.row(0, query));
    int visible = tile.rows().to(tile.row(0, query)) - from;
    int first = query * columns + from;
    int headStride = tile.headRows() * columns;
    for (int head = 0; head < heads; head++) {
      negativeEntropy[head] = Logarithms.sumOfXLogX(rows, first + head * headStride, visible);
    }
    for (int g = 0; g < heads; g++) {
      for (int h = g + 1; h < heads; h++) {
        double ofMean =
            Logarithms.sumOfMeanLogMean(
                rows, first + g * headStride, first + h * headStride, visible);
        double divergence = 0.5 * (negativeEntropy[g] + negativeEntropy[h]) - ofMean;
        sums[g * heads + h] += Math.max(0, divergence);
      }
    }
  }

  void end(SequenceResults results) {
    float[] values = new float[heads * heads];
    for (int g = 0; g < heads; g++) {
      for (int h = g + 1; h < heads; h++) {
        values[g * heads + h] = (float) (sums[g * heads + h] / queries);
        values[h * heads + g] = values[g * heads + h];
      }
    }
    results.divergences.add(new HeadDivergence(side.attention(), layer, heads, values));
  }
}
