package dev.headlight.statistics;

import java.util.List;

/**
 * Whether heads look at repeated tokens, and at what followed them before (Olsson 2022). Undefined
 * where token ids are not known, and for cross-attention.
 */
final class CopyingStatistics implements HeadAccumulator {
  static final StatisticGroup GROUP =
      new StatisticGroup(
          "copying",
          List.of(
              new Statistic(
                  "duplicate_token_mass", "share", "weight on earlier copies of the query's token"),
              new Statistic(
                  "induction_mass", "share", "weight on what followed earlier copies of it")),
          (facts, head) -> new CopyingStatistics(facts));

  private final SideFacts facts;
  private final Mean duplicate = new Mean();
  private final Mean induction = new Mean();
  private int[] previous;

  private CopyingStatistics(SideFacts facts) {
    this.facts = facts;
  }

  @Override
  public void begin(int sequence) {
    previous = facts.previousOccurrences(sequence);
    duplicate.clear();
    induction.clear();
  }

  @Override
  public void add(RowBlock rows) {
    if (previous.length == 0) {
      return;
    }
    for (int r = 0; r < rows.rows(); r++) {
      int last = previous[rows.query(r)];
      if (last >= 0) {
        addRow(rows, r, last);
      }
    }
  }

  private void addRow(RowBlock rows, int row, int last) {
    float[] weights = rows.weights();
    int firstKey = rows.firstVisibleKey(row);
    int keyZero = rows.index(row, 0);
    double onCopies = 0;
    double onFollowers = 0;
    int key = last;
    for (; key >= firstKey; key = previous[key]) {
      onCopies += weights[keyZero + key];
      onFollowers += weights[keyZero + key + 1];
    }
    if (last >= firstKey) {
      duplicate.add(onCopies);
    }
    // the copy just before the first visible key is not visible, what follows it is
    if (key >= 0 && key == firstKey - 1) {
      onFollowers += weights[keyZero + firstKey];
    }
    if (last >= firstKey - 1) {
      induction.add(onFollowers);
    }
  }

  @Override
  public void finish(float[] values, int at) {
    values[at] = (float) duplicate.value();
    values[at + 1] = (float) induction.value();
  }
}
