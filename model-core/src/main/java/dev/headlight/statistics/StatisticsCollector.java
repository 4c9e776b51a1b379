package dev.headlight.statistics;

import dev.headlight.nn.AttentionObserver;
import dev.headlight.nn.ForwardObserver;
import dev.headlight.nn.Packing;
import dev.headlight.tensor.Matrix;
import java.util.Collections;
import java.util.List;

/** Reduces attention weights and hidden states of one batch to statistics while the batch runs. */
public abstract class StatisticsCollector implements ForwardObserver {

  /** Collects nothing. */
  public static StatisticsCollector none(int sequences) {
    return new StatisticsCollector() {
      @Override
      public List<SequenceStatistics> finish() {
        return Collections.nCopies(sequences, SequenceStatistics.NONE);
      }
    };
  }

  /** Collects what a request asks for. */
  public static StatisticsCollector of(StatisticsRequest request, BatchDescription batch) {
    return none(batch.sequences());
  }

  @Override
  public AttentionObserver attention(String attention, int layer) {
    return null;
  }

  @Override
  public void hiddenState(String stack, int layer, Matrix hidden, Packing packing) {}

  /** Statistics of each sequence, after the batch has run. */
  public abstract List<SequenceStatistics> finish();
}
