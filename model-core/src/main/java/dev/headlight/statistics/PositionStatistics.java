package dev.headlight.statistics;

import dev.headlight.statistics.RowSums.Distances;
import java.util.List;

/**
 * Where heads look: distances, neighbours, directions, and the first token.
 *
 * <p>Distances: Vig and Belinkov 2019. Diagonal, previous, next and first-token mass: Clark 2019.
 * Sink: Gu 2024, after Xiao 2023.
 */
final class PositionStatistics implements HeadAccumulator {
  static final StatisticGroup GROUP =
      new StatisticGroup(
          "position",
          List.of(
              new Statistic("mean_distance", "tokens", "weighted distance between query and key"),
              new Statistic("distance_std", "tokens", "standard deviation of that distance"),
              new Statistic("first_token_mass", "share", "weight on the first token"),
              new Statistic("diagonal_mass", "share", "weight on the query's own position"),
              new Statistic("previous_mass", "share", "weight on the position before the query"),
              new Statistic("next_mass", "share", "weight on the position after the query"),
              new Statistic("forward_mass", "share", "weight on all positions after the query"),
              new Statistic("backward_mass", "share", "weight on all positions before the query"),
              new Statistic(
                  "sink", "0 or 1", "1 if the first token gets more than 0.3 on average")),
          (facts, head) -> new PositionStatistics());

  private static final double SINK_THRESHOLD = 0.3;

  /**
   * Rows that are reduced together: their masses are added in float32 before they are added in
   * double precision.
   */
  private static final int QUERIES_AT_ONCE = 16;

  private final RowReductions reductions = RowReductions.best();
  private final Distances sums = new Distances();
  private final Mean distance = new Mean();
  private final Mean deviation = new Mean();
  private final Mean first = new Mean();
  private final Mean diagonal = new Mean();
  private final Mean previous = new Mean();
  private final Mean next = new Mean();
  private final List<Mean> means = List.of(distance, deviation, first, diagonal, previous, next);
  private double forward;
  private double backward;
  private int queries;

  @Override
  public void begin(int sequence) {
    means.forEach(Mean::clear);
    sums.clearSums();
    forward = 0;
    backward = 0;
    queries = 0;
  }

  @Override
  public void add(RowBlock rows) {
    for (int r = 0; r < rows.rows(); ) {
      // up to fixed queries, so that the result does not depend on how rows are cut into blocks
      int before = rows.query(r) % QUERIES_AT_ONCE;
      int count = Math.min(QUERIES_AT_ONCE - before, rows.rows() - r);
      addMoments(rows, r, count);
      r += count;
      if (before + count == QUERIES_AT_ONCE) {
        addUp();
      }
    }
    for (int r = 0; r < rows.rows(); r++) {
      int query = rows.query(r);
      first.add(rows.weight(r, 0));
      addIfVisible(diagonal, rows, r, query);
      addIfVisible(previous, rows, r, query - 1);
      addIfVisible(next, rows, r, query + 1);
    }
  }

  private void addMoments(RowBlock rows, int firstRow, int count) {
    reductions.distances(rows, firstRow, count, sums);
    for (int r = firstRow; r < firstRow + count; r++) {
      distance.add(sums.mean[r]);
      deviation.add(Math.sqrt(sums.squaredDeviation[r]));
    }
    queries += count;
  }

  private void addUp() {
    backward += Distances.sum(sums.before);
    forward += Distances.sum(sums.after);
    sums.clearSums();
  }

  private static void addIfVisible(Mean mean, RowBlock rows, int row, int key) {
    int index = rows.index(row, key);
    if (index >= rows.start(row) && index < rows.end(row)) {
      mean.add(rows.weights()[index]);
    }
  }

  @Override
  public void finish(float[] values, int at) {
    for (int m = 0; m < means.size(); m++) {
      values[at + m] = (float) means.get(m).value();
    }
    addUp();
    values[at + 6] = (float) (forward / queries);
    values[at + 7] = (float) (backward / queries);
    values[at + 8] = first.value() > SINK_THRESHOLD ? 1f : 0f;
  }
}
