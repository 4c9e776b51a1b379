package dev.headlight.pipeline;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a task counted.
 *
 * @param sequences good rows
 * @param tokens of good rows, decoder inputs included
 * @param truncated good rows that were cut
 * @param rejected bad rows by reason
 * @param modelNanos wall time of forward passes
 */
record PartitionCounts(
    long sequences, long tokens, long truncated, Map<String, Long> rejected, long modelNanos)
    implements Serializable {
  static final PartitionCounts NONE = new PartitionCounts(0, 0, 0, Map.of(), 0);

  PartitionCounts {
    rejected = Map.copyOf(rejected);
  }

  PartitionCounts plusSequence(long moreTokens, boolean wasTruncated) {
    return new PartitionCounts(
        sequences + 1,
        tokens + moreTokens,
        truncated + (wasTruncated ? 1 : 0),
        rejected,
        modelNanos);
  }

  PartitionCounts plusModelNanos(long nanos) {
    return new PartitionCounts(sequences, tokens, truncated, rejected, modelNanos + nanos);
  }

  PartitionCounts plusRejected(String reason) {
    Map<String, Long> more = new TreeMap<>(rejected);
    more.merge(reason, 1L, Long::sum);
    return new PartitionCounts(sequences, tokens, truncated, more, modelNanos);
  }

  PartitionCounts plus(PartitionCounts other) {
    Map<String, Long> both = new TreeMap<>(rejected);
    other.rejected.forEach((reason, count) -> both.merge(reason, count, Long::sum));
    return new PartitionCounts(
        sequences + other.sequences,
        tokens + other.tokens,
        truncated + other.truncated,
        both,
        modelNanos + other.modelNanos);
  }

  long quarantined() {
    return rejected.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Good and bad rows. */
  long rows() {
    return sequences + quarantined();
  }
}
