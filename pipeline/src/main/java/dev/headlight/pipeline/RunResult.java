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
 */
public record RunResult(
    long rows,
    long sequences,
    long quarantined,
    Map<String, Long> quarantinedByReason,
    long truncated,
    long tokens,
    double seconds,
    double computationSeconds) {

  public RunResult {
    quarantinedByReason = Map.copyOf(quarantinedByReason);
  }

  static RunResult of(PartitionCounts counts, double seconds, double computationSeconds) {
    return new RunResult(
        counts.rows(),
        counts.sequences(),
        counts.quarantined(),
        counts.rejected(),
        counts.truncated(),
        counts.tokens(),
        seconds,
        computationSeconds);
  }

  /** Tokens a second while sequences were computed. */
  public double tokensPerSecond() {
    return computationSeconds > 0 ? tokens / computationSeconds : 0;
  }
}
