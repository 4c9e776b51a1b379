package dev.headlight.statistics;

import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import java.util.ArrayList;
import java.util.List;

/** The groups of per-head statistics. */
final class HeadStatisticsRows implements LayerRows {
  private final BatchDescription.Side side;
  private final List<StatisticGroup> groups;
  private final int columns;
  private final List<List<HeadAccumulator>> accumulators = new ArrayList<>();
  private int layer;

  HeadStatisticsRows(StatisticsRequest request, BatchDescription.Side side, SideFacts facts) {
    this.side = side;
    this.groups = StatisticCatalogue.headGroups(request);
    this.columns = StatisticCatalogue.headColumns(request).size();
    for (int head = 0; head < side.heads(); head++) {
      int index = head;
      accumulators.add(groups.stream().map(group -> group.maker().make(facts, index)).toList());
    }
  }

  @Override
  public void begin(int startedLayer, int sequence) {
    layer = startedLayer;
    for (List<HeadAccumulator> head : accumulators) {
      for (HeadAccumulator accumulator : head) {
        accumulator.begin(sequence);
      }
    }
  }

  @Override
  public void add(int head, RowBlock rows) {
    for (HeadAccumulator accumulator : accumulators.get(head)) {
      accumulator.add(rows);
    }
  }

  @Override
  public void end(SequenceResults results) {
    for (int head = 0; head < side.heads(); head++) {
      float[] values = new float[columns];
      int at = 0;
      for (int g = 0; g < groups.size(); g++) {
        accumulators.get(head).get(g).finish(values, at);
        at += groups.get(g).statistics().size();
      }
      results.heads.add(new HeadStatistics(side.attention(), layer, head, values));
    }
  }
}
