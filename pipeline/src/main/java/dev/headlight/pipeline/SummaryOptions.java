package dev.headlight.pipeline;

import java.util.Optional;

/**
 * How what runs have written is summed up.
 *
 * @param fromSequences whether to read sequences again, else the summaries of the runs are merged
 * @param by a column of the sequences by whose values they are summed up, too; only from sequences
 * @param exampleTokens longest sequence that is named as an example; only from sequences
 * @param onRepeated what becomes of runs over the same sequences
 */
public record SummaryOptions(
    boolean fromSequences, Optional<String> by, int exampleTokens, OnRepeated onRepeated) {

  /** What becomes of runs over the same sequences. */
  public enum OnRepeated {
    /** They are refused. */
    FAIL,
    /** Their sequences count as often as there are runs. */
    MERGE
  }
}
