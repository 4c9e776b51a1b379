package dev.headlight.statistics;

import java.util.Collections;
import java.util.List;

/** What is collected when no statistics are asked for. */
record NoStatistics(int sequences) implements StatisticsCollector {
  @Override
  public List<SequenceStatistics> finish() {
    return Collections.nCopies(sequences, SequenceStatistics.NONE);
  }
}
