package dev.headlight.pipeline;

import java.util.Map;

/**
 * How a run ended.
 *
 * @param rows read
 * @param sequences good rows, written to the table {@code sequences}
 * @param quarantined bad rows, written to a table of their own
 * @param quarantinedByReason the same by reason code
 * @param truncated good rows that were cut
 * @param tokens of good rows
 * @param seconds from start to end
 * @param computationSeconds of reading, computing and writing sequences
 * @param modelShare part of that time, of all cores, in which the model computed: 0 to 1
 */
public record RunResult(
    long rows,
    long sequences,
    long quarantined,
    Map<String, Long> quarantinedByReason,
    long truncated,
    long tokens,
    double seconds,
    double computationSeconds,
    double modelShare) {

  public RunResult {
    quarantinedByReason = Map.copyOf(quarantinedByReason);
  }

  /**
   * The result of a run.
   *
   * @param slots tasks that ran at once
   */
  static RunResult of(
      PartitionCounts counts, double seconds, double computationSeconds, int slots) {
    double modelSeconds = counts.modelNanos() / 1e9;
    return new RunResult(
        counts.rows(),
        counts.sequences(),
        counts.quarantined(),
        counts.rejected(),
        counts.truncated(),
        counts.tokens(),
        seconds,
        computationSeconds,
        Math.min(1, modelSeconds / Math.max(computationSeconds * slots, 1e-9)));
  }

  /** Tokens a second while sequences were computed. */
  public double tokensPerSecond() {
    return computationSeconds > 0 ? tokens / computationSeconds : 0;
  }
}
