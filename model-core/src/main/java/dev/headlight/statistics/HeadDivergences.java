package dev.headlight.statistics;

import dev.headlight.nn.AttentionBlock;
import dev.headlight.statistics.SequenceStatistics.HeadDivergence;
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
  private final float[][] rows; // [h][queries * stride], of queries of which heads are missing
  private int layer;
  private int queries; // of which all heads were there
  private int firstKept;

  HeadDivergences(BatchDescription.Side side) {
    this.side = side;
    this.heads = side.heads();
    this.sums = new double[heads * heads];
    this.negativeEntropy = new double[heads];
    this.rows = new float[heads][0];
  }

  void begin(int startedLayer) {
    layer = startedLayer;
    queries = 0;
    firstKept = 0;
    Arrays.fill(sums, 0);
  }

  /** Takes the next queries of a head; the same queries of all heads come one after the other. */
  void add(AttentionBlock block) {
    if (block.head() == 0 && block.firstQuery() == queries) {
      firstKept = queries;
    }
    int at = (block.firstQuery() - firstKept) * block.stride();
    keep(block, at);
    if (block.head() == heads - 1) {
      for (int r = 0; r < block.queries(); r++) {
        int from = block.rows().from(block.firstRow() + r);
        int to = block.rows().to(block.firstRow() + r);
        addQuery(at + r * block.stride() + from, to - from);
      }
      queries += block.queries();
    }
  }

  /** Until the rows of all heads are there. */
  private void keep(AttentionBlock block, int at) {
    int floats = block.queries() * block.stride();
    if (rows[block.head()].length < at + floats) {
      rows[block.head()] = Arrays.copyOf(rows[block.head()], 2 * (at + floats));
    }
    System.arraycopy(block.weights(), block.start(), rows[block.head()], at, floats);
  }

  private void addQuery(int at, int visible) {
    for (int head = 0; head < heads; head++) {
      negativeEntropy[head] = Logarithms.sumOfXLogX(rows[head], at, visible);
    }
    for (int g = 0; g < heads; g++) {
      for (int h = g + 1; h < heads; h++) {
        double ofMean = Logarithms.sumOfMeanLogMean(rows[g], rows[h], at, visible);
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
