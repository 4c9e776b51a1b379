package dev.headlight.pipeline.compare;

import dev.headlight.pipeline.ConfigurationException;
import java.util.Optional;

/**
 * How far two runs may be apart. What has no limit is measured all the same.
 *
 * @param maxEffect of the means of any statistic of any head: their difference in standard
 *     deviations of the first run
 * @param maxDivergence of the patterns of any head, in nats, on average; 0 to ln 2
 * @param minCosine between embeddings, for all but 5 % of the sequences
 * @param minCka linear CKA of the embeddings
 */
public record Limits(
    Optional<Double> maxEffect,
    Optional<Double> maxDivergence,
    Optional<Double> minCosine,
    Optional<Double> minCka) {

  public Limits {
    require("max-effect", maxEffect, 0, Double.MAX_VALUE);
    require("max-divergence", maxDivergence, 0, 1);
    require("min-cosine", minCosine, -1, 1);
    require("min-cka", minCka, 0, 1);
  }

  private static void require(String name, Optional<Double> limit, double from, double to) {
    if (limit.isPresent() && !(limit.get() >= from && limit.get() <= to)) {
      throw new ConfigurationException(
          "%s: expected a number from %s to %s, found %s"
              .formatted(name, from, to == Double.MAX_VALUE ? "any" : to, limit.get()));
    }
  }
}
