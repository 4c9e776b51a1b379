package dev.headlight.statistics;

import java.util.List;
import java.util.Optional;

/**
 * How far patches look in their image (Dosovitskiy 2020, figure 7): the distance in pixels between
 * the centres of two patches, weighted by the attention between them. Of queries and keys only
 * patches count, and each row is divided by its weight on patches. Undefined for inputs that are no
 * images.
 */
final class PixelStatistics implements HeadAccumulator {
  static final StatisticGroup GROUP =
      new StatisticGroup(
          "pixels",
          List.of(
              new Statistic("pixel_distance", "pixels", "weighted distance between two patches")),
          (facts, head) -> new PixelStatistics(facts));

  private final SideFacts facts;
  private final Mean distance = new Mean();
  private Optional<PatchGrid> grid = Optional.empty();
  private Optional<PatchGrid> tabled = Optional.empty();
  private double[] distances = new double[0]; // [rows * columns], by differences of both

  private PixelStatistics(SideFacts facts) {
    this.facts = facts;
  }

  @Override
  public void begin(int sequence) {
    distance.clear();
    grid = facts.queryTokens(sequence).patches();
    if (grid.isPresent() && !grid.equals(tabled)) {
      tabled = grid;
      distances = table(grid.get());
    }
  }

  private static double[] table(PatchGrid grid) {
    double[] table = new double[grid.rows() * grid.columns()];
    for (int down = 0; down < grid.rows(); down++) {
      for (int right = 0; right < grid.columns(); right++) {
        table[down * grid.columns() + right] =
            Math.hypot((double) down * grid.patchHeight(), (double) right * grid.patchWidth());
      }
    }
    return table;
  }

  @Override
  public void add(RowBlock rows) {
    for (int r = 0; r < rows.rows(); r++) {
      if (grid.isPresent() && rows.query(r) >= grid.get().leadingTokens()) {
        addRow(rows, r, grid.get());
      }
    }
  }

  private void addRow(RowBlock rows, int row, PatchGrid patches) {
    int leading = patches.leadingTokens();
    int columns = patches.columns();
    int query = rows.query(row) - leading;
    int first = Math.max(leading, rows.firstVisibleKey(row));
    int end = rows.firstVisibleKey(row) + rows.visible(row);
    double mass = 0;
    double sum = 0;
    for (int key = first; key < end; key++) {
      float weight = rows.weights()[rows.index(row, key)];
      int down = Math.abs((key - leading) / columns - query / columns);
      int right = Math.abs((key - leading) % columns - query % columns);
      mass += weight;
      sum += weight * distances[down * columns + right];
    }
    if (mass > 0) {
      distance.add(sum / mass);
    }
  }

  @Override
  public void finish(float[] values, int at) {
    values[at] = (float) distance.value();
  }
}
