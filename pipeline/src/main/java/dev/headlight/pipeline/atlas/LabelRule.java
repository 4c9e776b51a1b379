package dev.headlight.pipeline.atlas;

import java.util.function.Predicate;

/**
 * When a head gets a label: the mean of a statistic reaches a threshold, and further conditions
 * hold.
 *
 * @param label its name
 * @param statistic that it is judged and ranked by
 * @param threshold of the statistic's mean
 * @param above whether the mean must be at least the threshold, or at most
 * @param conditions that must hold beside
 * @param meaning what a head with this label does, and what the conditions are
 */
record LabelRule(
    String label,
    String statistic,
    double threshold,
    boolean above,
    Predicate<HeadProfile> conditions,
    String meaning) {

  boolean appliesTo(HeadProfile head) {
    return head.estimate(statistic).map(found -> reached(found.mean())).orElse(false)
        && conditions.test(head);
  }

  /** Whether the whole confidence interval is on the threshold's side. */
  boolean isCertain(Estimate estimate) {
    return reached(above ? estimate.low() : estimate.high());
  }

  private boolean reached(double value) {
    return above ? value >= threshold : value <= threshold;
  }
}
