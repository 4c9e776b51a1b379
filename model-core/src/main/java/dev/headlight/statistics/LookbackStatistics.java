package dev.headlight.statistics;

import java.util.List;

/**
 * Whether what was generated looks back at the context it was generated from (Chuang 2024, Lookback
 * Lens): {@code A_context / (A_context + A_new)}, with the mean weight on the visible tokens of
 * segment 0 and that on the visible tokens of other segments. Mean over the queries outside of
 * segment 0 that see both; undefined without segments.
 */
final class LookbackStatistics implements HeadAccumulator {
  static final StatisticGroup GROUP =
      new StatisticGroup(
          StatisticCatalogue.LOOKBACK,
          List.of(
              new Statistic(
                  "lookback_ratio", "share", "weight on context against weight on new tokens")),
          (facts, head) -> new LookbackStatistics(facts));

  private final SideFacts facts;
  private final Mean ratio = new Mean();
  private int[] segments = new int[0];

  private LookbackStatistics(SideFacts facts) {
    this.facts = facts;
  }

  @Override
  public void begin(int sequence) {
    ratio.clear();
    segments = facts.queryTokens(sequence).segments();
  }

  @Override
  public void add(RowBlock rows) {
    for (int r = 0; r < rows.rows(); r++) {
      if (segments.length > 0 && segments[rows.query(r)] != 0) {
        addRow(rows, r);
      }
    }
  }

  private void addRow(RowBlock rows, int row) {
    float[] weights = rows.weights();
    int first = rows.firstVisibleKey(row);
    int start = rows.start(row);
    double context = 0;
    double whole = 0;
    int contextKeys = 0;
    int visible = rows.visible(row);
    for (int k = 0; k < visible; k++) {
      float weight = weights[start + k];
      whole += weight;
      if (segments[first + k] == 0) {
        context += weight;
        contextKeys++;
      }
    }
    int newKeys = visible - contextKeys;
    if (contextKeys > 0 && newKeys > 0) {
      double onContext = context / contextKeys;
      double onNew = (whole - context) / newKeys;
      ratio.add(onContext / (onContext + onNew));
    }
  }

  @Override
  public void finish(float[] values, int at) {
    values[at] = (float) ratio.value();
  }
}
