package dev.headlight.pipeline.atlas;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * A head with the estimates of its statistics by name.
 *
 * @param attention self, encoder, decoder or cross
 */
record HeadProfile(String attention, int layer, int head, Map<String, Estimate> statistics) {
  static final Comparator<HeadProfile> ORDER =
      Comparator.comparing(HeadProfile::attention)
          .thenComparingInt(HeadProfile::layer)
          .thenComparingInt(HeadProfile::head);

  HeadProfile {
    statistics = Map.copyOf(statistics);
  }

  Optional<Estimate> estimate(String statistic) {
    return Optional.ofNullable(statistics.get(statistic));
  }

  /** A mean, or another value where the statistic was not measured or never defined. */
  double mean(String statistic, double otherwise) {
    return estimate(statistic).map(Estimate::mean).orElse(otherwise);
  }
}
