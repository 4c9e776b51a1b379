package dev.headlight.statistics;

import java.util.List;

/**
 * Attention weighted by the norms of what it moves (Kobayashi 2020): {@code f(x_j)} is the value of
 * key j through the head's part of {@code o_proj}, without its bias. The norm-weighted statistics
 * are those of the rows {@code a_ij |f(x_j)|}, each divided by its sum.
 */
final class NormStatistics implements HeadAccumulator {
  static final String NAME = "norms";

  static final StatisticGroup GROUP =
      new StatisticGroup(
          NAME,
          List.of(
              new Statistic("value_norm", "norm", "norm of a key's transformed value"),
              new Statistic("output_norm", "norm", "norm of what the head adds at a query"),
              new Statistic("norm_weighted_entropy", "nats", "entropy of a norm-weighted row"),
              new Statistic("norm_weighted_distance", "tokens", "distance in a norm-weighted row"),
              new Statistic(
                  "norm_weighted_first_token_mass", "share", "first token in such a row")),
          NormStatistics::new);

  private final SideFacts facts;
  private final int head;
  private final Mean entropy = new Mean();
  private final Mean distance = new Mean();
  private final Mean firstToken = new Mean();
  private int sequence;

  private NormStatistics(SideFacts facts, int head) {
    this.facts = facts;
    this.head = head;
  }

  @Override
  public void begin(int started) {
    sequence = started;
    entropy.clear();
    distance.clear();
    firstToken.clear();
  }

  @Override
  public void add(RowBlock rows) {
    for (int r = 0; r < rows.rows(); r++) {
      addRow(rows, r);
    }
  }

  private void addRow(RowBlock rows, int row) {
    float[] norms = facts.valueNorms();
    float[] weights = rows.weights();
    int firstKey = rows.firstVisibleKey(row);
    int firstNorm = head * facts.keys(sequence) + firstKey;
    int start = rows.start(row);
    int query = rows.query(row);
    double sum = 0;
    double logarithms = 0;
    double distances = 0;
    for (int k = 0; k < rows.visible(row); k++) {
      double weighted = (double) weights[start + k] * norms[firstNorm + k];
      if (weighted > 0) {
        sum += weighted;
        logarithms += weighted * Math.log(weighted);
        distances += weighted * Math.abs(query - firstKey - k);
      }
    }
    if (sum > 0) {
      // H = -sum p ln p with p = w / sum
      entropy.add(Math.max(0, Math.log(sum) - logarithms / sum));
      distance.add(distances / sum);
      firstToken.add(firstKey == 0 ? (double) weights[start] * norms[firstNorm] / sum : 0);
    }
  }

  @Override
  public void finish(float[] values, int at) {
    values[at] = (float) mean(facts.valueNorms(), facts.keys(sequence));
    values[at + 1] = (float) mean(facts.outputNorms(), facts.queries(sequence));
    values[at + 2] = (float) entropy.value();
    values[at + 3] = (float) distance.value();
    values[at + 4] = (float) firstToken.value();
  }

  private double mean(float[] norms, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += norms[head * count + i];
    }
    return sum / count;
  }
}
