package dev.headlight.config;

/** A bias added to attention scores that depends on the distance of query and key. */
public sealed interface ScoreBiasConfig {

  /**
   * Learned bias per head and bucket of relative positions (Raffel 2020, T5; also MPNet).
   *
   * @param weight full name of the {@code [storedBuckets, h]} tensor
   * @param buckets how many of the stored buckets are used
   * @param bidirectional whether half of the buckets are for keys after the query
   * @param maxDistance distances from here on share the last bucket
   */
  record RelativeBuckets(
      String weight,
      int storedBuckets,
      int buckets,
      boolean bidirectional,
      int maxDistance,
      int heads)
      implements ScoreBiasConfig {}

  /**
   * Bias {@code -slope * |i - j|} with slopes in geometric progression over the heads (Press 2022,
   * ALiBi).
   */
  record Alibi(int heads) implements ScoreBiasConfig {}
}
