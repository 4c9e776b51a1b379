package dev.headlight.statistics;

import dev.headlight.nn.ForwardObserver;
import java.util.List;

/**
 * Reduces attention weights and hidden states of one batch to statistics while the batch runs.
 * Belongs to the thread that runs the batch.
 */
public sealed interface StatisticsCollector extends ForwardObserver
    permits NoStatistics, BatchStatistics {

  /** Collects nothing. */
  static StatisticsCollector none(int sequences) {
    return new NoStatistics(sequences);
  }

  /** Collects what a request asks for. */
  static StatisticsCollector of(StatisticsRequest request, BatchDescription batch) {
    return request.isEmpty() ? none(batch.sequences()) : new BatchStatistics(request, batch);
  }

  /** Statistics of each sequence, after the batch has run. */
  List<SequenceStatistics> finish();
}
