package dev.headlight.statistics;

import java.util.List;

/**
 * A group of per-head statistics that are computed and asked for together.
 *
 * @param name as {@code --statistics} takes it
 * @param statistics its columns
 * @param maker makes the accumulators
 */
record StatisticGroup(String name, List<Statistic> statistics, Maker maker) {

  /** Makes the accumulator of one head. */
  @FunctionalInterface
  interface Maker {
    HeadAccumulator make(SideFacts facts, int head);
  }
}
