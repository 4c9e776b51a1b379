package dev.headlight.statistics;

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
          tokens -> new PositionStatistics());

  private static final double SINK_THRESHOLD = 0.3;

  private final Mean distance = new Mean();
  private final Mean deviation = new Mean();
  private final Mean first = new Mean();
  private final Mean diagonal = new Mean();
  private final Mean previous = new Mean();
  private final Mean next = new Mean();
  private final Mean forward = new Mean();
  private final Mean backward = new Mean();
  private final List<Mean> means =
      List.of(distance, deviation, first, diagonal, previous, next, forward, backward);

  @Override
  public void begin(int sequence) {
    means.forEach(Mean::clear);
  }

  @Override
  public void add(RowBlock rows) {
    for (int r = 0; r < rows.rows(); r++) {
      addMoments(rows, r);
      int query = rows.query(r);
      first.add(rows.weight(r, 0));
      addIfVisible(diagonal, rows, r, query);
      addIfVisible(previous, rows, r, query - 1);
      addIfVisible(next, rows, r, query + 1);
    }
  }

  private void addMoments(RowBlock rows, int row) {
    float[] weights = rows.weights();
    int start = rows.start(row);
    int end = rows.end(row);
    int centre = rows.index(row, rows.query(row));
    double mean = RowReductions.meanDistance(weights, start, end, centre);
    distance.add(mean);
    deviation.add(Math.sqrt(RowReductions.squaredDeviations(weights, start, end, centre, mean)));
    backward.add(RowReductions.sum(weights, start, Math.min(end, centre)));
    forward.add(RowReductions.sum(weights, Math.max(start, centre + 1), end));
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
    values[at + means.size()] = first.value() > SINK_THRESHOLD ? 1f : 0f;
  }
}
