package dev.headlight.statistics;

import java.util.List;

/** Names of all statistics, by group. */
public final class StatisticCatalogue {
  private StatisticCatalogue() {}

  /** Columns of per-head statistics for these groups, in table order. */
  public static List<String> headColumns(StatisticsRequest request) {
    return List.of();
  }

  /** Columns of per-layer statistics. */
  public static List<String> layerColumns() {
    return List.of();
  }
}
