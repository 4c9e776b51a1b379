package dev.headlight.pipeline;

import java.util.Map;

/**
 * What a run would take, told from a part of the table that was read and computed.
 *
 * @param rows of the table
 * @param sample the part that was computed
 * @param slots tasks that run at a time
 * @param weightBytes native memory of the model, once in every executor
 * @param batchTokens most tokens that are computed at once
 */
public record RunEstimate(long rows, Sample sample, int slots, long weightBytes, long batchTokens) {

  /** The most that a task takes for a batch: inputs, scratch memory and results together. */
  public static final long BATCH_BYTES = BatchBudget.BYTES;

  /**
   * The part of the table that was computed, by one task.
   *
   * @param rows good and bad
   * @param sequences good rows
   * @param tokens of good rows
   * @param quarantinedByReason bad rows by their reason
   * @param seconds it took, without building the model
   */
  public record Sample(
      long rows,
      long sequences,
      long tokens,
      Map<String, Long> quarantinedByReason,
      double seconds) {

    public Sample {
      quarantinedByReason = Map.copyOf(quarantinedByReason);
    }

    /** Tokens a second of one task. */
    public double tokensPerSecond() {
      return seconds > 0 ? tokens / seconds : 0;
    }
  }

  /** Tokens of the whole table, if its rows are like those of the sample. */
  public long tokens() {
    return sample.rows() == 0 ? 0 : Math.round((double) sample.tokens() / sample.rows() * rows);
  }

  /** Batches of the whole table; at least as many as that, since sequences are not cut. */
  public long batches() {
    return (tokens() + batchTokens - 1) / batchTokens;
  }

  /** Tokens a second of all tasks that run at a time, if each is as fast as that of the sample. */
  public double tokensPerSecond() {
    return sample.tokensPerSecond() * slots;
  }

  /** Time for the whole table, without summing up. */
  public double seconds() {
    return tokensPerSecond() > 0 ? tokens() / tokensPerSecond() : 0;
  }
}
