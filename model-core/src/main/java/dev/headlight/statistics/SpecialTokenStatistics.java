package dev.headlight.statistics;

import java.util.List;

/**
 * Weight on tokens that stand for no text (Clark 2019, section 3.2). Of queries that do not see
 * such a token it is 0; undefined for sequences without one, and where token ids are not known.
 */
final class SpecialTokenStatistics implements HeadAccumulator {
  static final StatisticGroup GROUP =
      new StatisticGroup(
          "special",
          List.of(
              new Statistic("cls_mass", "share", "weight on [CLS] or the token that opens a text"),
              new Statistic("sep_mass", "share", "weight on [SEP] or the token that ends a text"),
              new Statistic("special_token_mass", "share", "weight on all special tokens")),
          (facts, head) -> new SpecialTokenStatistics(facts));

  private final SideFacts facts;
  private final Mean opening = new Mean();
  private final Mean separating = new Mean();
  private final Mean all = new Mean();
  private final List<Mean> means = List.of(opening, separating, all);
  private int[] openings = new int[0];
  private int[] separators = new int[0];
  private int[] specials = new int[0];

  private SpecialTokenStatistics(SideFacts facts) {
    this.facts = facts;
  }

  @Override
  public void begin(int sequence) {
    means.forEach(Mean::clear);
    openings = facts.keyPositions(sequence, facts.special().opening());
    separators = facts.keyPositions(sequence, facts.special().separating());
    specials = facts.keyPositions(sequence, facts.special().all());
  }

  @Override
  public void add(RowBlock rows) {
    if (specials.length == 0) {
      return;
    }
    for (int r = 0; r < rows.rows(); r++) {
      add(opening, rows, r, openings);
      add(separating, rows, r, separators);
      add(all, rows, r, specials);
    }
  }

  private static void add(Mean mean, RowBlock rows, int row, int[] positions) {
    if (positions.length == 0) {
      return;
    }
    double mass = 0;
    for (int position : positions) {
      mass += rows.weight(row, position);
    }
    mean.add(mass);
  }

  @Override
  public void finish(float[] values, int at) {
    for (int m = 0; m < means.size(); m++) {
      values[at + m] = (float) means.get(m).value();
    }
  }
}
