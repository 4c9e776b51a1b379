package dev.headlight.nn;

import dev.headlight.config.ScoreBiasConfig;

/**
 * A bias of attention scores that depends on head and distance only: T5's relative buckets (Raffel
 * 2020) and ALiBi (Press 2022).
 */
public final class ScoreBias {
  private final int heads;
  private final Distances distances;
  // grows with the longest sequence seen; replaced, never changed
  private volatile float[][] byDistance = new float[0][];

  @FunctionalInterface
  private interface Distances {
    float bias(int head, int keyMinusQuery);
  }

  private ScoreBias(int heads, Distances distances) {
    this.heads = heads;
    this.distances = distances;
  }

  /**
   * Learned buckets.
   *
   * @param table {@code [storedBuckets][h]}, row-major
   */
  public static ScoreBias relative(ScoreBiasConfig.RelativeBuckets config, float[] table) {
    return new ScoreBias(
        config.heads(),
        (head, distance) -> table[bucket(config, distance) * config.heads() + head]);
  }

  /** ALiBi, symmetric for bidirectional models. */
  public static ScoreBias alibi(ScoreBiasConfig.Alibi config) {
    double[] slopes = alibiSlopes(config.heads());
    return new ScoreBias(
        config.heads(), (head, distance) -> (float) (-slopes[head] * Math.abs(distance)));
  }

  /**
   * Biases of one head by distance; the entry for {@code key - query} is at {@code key - query +
   * reach}.
   */
  record Table(float[][] byHead, int reach) {}

  /** Biases for all distances up to a length. */
  Table upTo(int length) {
    float[][] present = byDistance;
    int covered = present.length == 0 ? -1 : (present[0].length - 1) / 2;
    if (covered >= length) {
      return new Table(present, covered);
    }
    int newReach = Math.max(128, Integer.highestOneBit(length) * 2);
    float[][] made = new float[heads][2 * newReach + 1];
    for (int head = 0; head < heads; head++) {
      for (int distance = -newReach; distance <= newReach; distance++) {
        made[head][distance + newReach] = distances.bias(head, distance);
      }
    }
    byDistance = made;
    return new Table(made, newReach);
  }

  /**
   * T5's bucket of a relative position: exact for small distances, logarithmic up to the maximum
   * distance.
   */
  static int bucket(ScoreBiasConfig.RelativeBuckets config, int keyMinusQuery) {
    int buckets = config.buckets();
    int bucket = 0;
    int distance;
    if (config.bidirectional()) {
      buckets /= 2;
      bucket = keyMinusQuery > 0 ? buckets : 0;
      distance = Math.abs(keyMinusQuery);
    } else {
      distance = Math.max(0, -keyMinusQuery);
    }
    int exact = buckets / 2;
    if (distance < exact) {
      return bucket + distance;
    }
    // float32 as in the checkpoints' own training code: the truncation below is sensitive to
    // rounding
    float ratio = (float) Math.log((float) distance / exact);
    float position =
        ratio / (float) Math.log((double) config.maxDistance() / exact) * (buckets - exact);
    return bucket + Math.min(buckets - 1, exact + (int) position);
  }

  /** Slopes of ALiBi for any number of heads, as published with the paper. */
  static double[] alibiSlopes(int heads) {
    int power = Integer.highestOneBit(heads);
    double[] slopes = new double[heads];
    for (int head = 0; head < power; head++) {
      slopes[head] = Math.pow(2.0, -8.0 * (head + 1) / power);
    }
    for (int head = power; head < heads; head++) {
      slopes[head] = Math.pow(2.0, -4.0 * (2 * (head - power) + 1) / power);
    }
    return slopes;
  }
}
