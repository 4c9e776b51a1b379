package dev.headlight.statistics;

import java.util.List;

/**
 * How concentrated the rows of a head are.
 *
 * <p>Entropy: Ghader and Monz 2017; a falling mean announces entropy collapse (Zhai 2023). Largest
 * weight: the confidence of Voita 2019.
 */
final class ShapeStatistics implements HeadAccumulator {
  static final StatisticGroup GROUP =
      new StatisticGroup(
          "shape",
          List.of(
              new Statistic("entropy", "nats", "entropy of a row"),
              new Statistic(
                  "normalized_entropy", "share", "entropy over the largest possible entropy"),
              new Statistic("max_weight", "share", "largest weight of a row"),
              new Statistic("effective_support", "tokens", "exponential of the entropy"),
              new Statistic("k90", "tokens", "fewest keys that hold 0.9 of the weight"),
              new Statistic("sparsity_1e2", "share", "visible keys with a weight below 0.01")),
          (facts, head) -> new ShapeStatistics());

  /** The largest float below 0.01: a weight is below 0.01 unless it is above this. */
  private static final int SPARSE = Float.floatToRawIntBits(0.01f);

  private static final double COVERED = 0.9;

  private final Mean entropy = new Mean();
  private final Mean normalizedEntropy = new Mean();
  private final Mean maxWeight = new Mean();
  private final Mean effectiveSupport = new Mean();
  private final Mean k90 = new Mean();
  private final Mean sparsity = new Mean();
  private final List<Mean> means =
      List.of(entropy, normalizedEntropy, maxWeight, effectiveSupport, k90, sparsity);
  private final RowReductions reductions = RowReductions.best();
  private final RowSums.Shapes shapes = new RowSums.Shapes();
  private final MassCoverage coverage = new MassCoverage(COVERED, reductions);
  private int[] keys = new int[0]; // [rows]
  private float[] supports = new float[0]; // [rows], filled up
  private int inverseOf = 1;
  private double inverse;

  @Override
  public void begin(int sequence) {
    means.forEach(Mean::clear);
  }

  @Override
  public void add(RowBlock rows) {
    reserve(rows.rows());
    for (int r = 0; r < rows.rows(); r++) {
      supports[r] = rows.entropy(r);
    }
    reductions.exponentials(supports, rows.rows());
    reductions.shapes(rows, SPARSE, coverage.firsts(rows), shapes);
    coverage.keys(rows, shapes.thresholds, keys);
    for (int r = 0; r < rows.rows(); r++) {
      int visible = rows.visible(r);
      float nats = rows.entropy(r);
      entropy.add(nats);
      normalizedEntropy.add(visible <= 1 ? 0 : nats * perNat(visible));
      effectiveSupport.add(supports[r]);
      maxWeight.add(rows.largestWeight(r));
      sparsity.add((double) (visible - shapes.above[r]) / visible);
      k90.add(keys[r]);
    }
  }

  private void reserve(int rows) {
    if (keys.length < rows) {
      keys = new int[rows];
      int step = RowReductions.ALIGNMENT;
      supports = new float[(rows + step - 1) / step * step];
    }
  }

  /** Rows of one sequence mostly see the same number of keys. */
  private double perNat(int visible) {
    if (visible != inverseOf) {
      inverseOf = visible;
      inverse = 1 / Math.log(visible);
    }
    return inverse;
  }

  @Override
  public void finish(float[] values, int at) {
    for (int m = 0; m < means.size(); m++) {
      values[at + m] = (float) means.get(m).value();
    }
  }
}
