package dev.headlight.pipeline.atlas;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What heads add to the residual stream, against the strongest head of their layer. */
final class OutputNorms {
  /** Name of the statistic that is made of {@code output_norm}. */
  static final String RELATIVE = "relative_output_norm";

  private static final String NORM = "output_norm";

  private record Layer(String attention, int layer) {
    static Layer of(HeadProfile head) {
      return new Layer(head.attention(), head.layer());
    }
  }

  private OutputNorms() {}

  /** The heads, with the statistic where it can be told. */
  static List<HeadProfile> added(List<HeadProfile> heads) {
    Map<Layer, Double> strongest = new HashMap<>();
    for (HeadProfile head : heads) {
      strongest.merge(Layer.of(head), head.mean(NORM, 0), Math::max);
    }
    return heads.stream().map(head -> added(head, strongest.get(Layer.of(head)))).toList();
  }

  private static HeadProfile added(HeadProfile head, double strongest) {
    if (head.estimate(NORM).isEmpty() || strongest == 0) {
      return head;
    }
    Estimate norm = head.estimate(NORM).get();
    Map<String, Estimate> statistics = new HashMap<>(head.statistics());
    statistics.put(
        RELATIVE,
        new Estimate(norm.count(), norm.mean() / strongest, norm.standardDeviation() / strongest));
    return new HeadProfile(head.attention(), head.layer(), head.head(), statistics);
  }
}
