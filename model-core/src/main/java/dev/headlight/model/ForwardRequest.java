package dev.headlight.model;

import dev.headlight.statistics.StatisticsRequest;
import java.util.Optional;
import java.util.Set;

/**
 * What a forward pass is to return. Nothing that is not asked for is computed or copied.
 *
 * @param lastHiddenState whether to return the last hidden states (pooling needs them)
 * @param hiddenStates whether to return the embedding output and the raw output of every selected
 *     block
 * @param layers layers (blocks, from 0) whose attention, statistics and hidden states are wanted;
 *     empty for all. Of the hidden states entry 0 is always, entry i + 1 for a selected block i, in
 *     order
 * @param statistics which statistics to reduce while attention is in cache
 */
public record ForwardRequest(
    boolean lastHiddenState,
    boolean hiddenStates,
    Optional<Set<Integer>> layers,
    StatisticsRequest statistics) {

  /** Only the last hidden state. */
  public static ForwardRequest ofLastHiddenState() {
    return new ForwardRequest(true, false, Optional.empty(), StatisticsRequest.NONE);
  }

  public ForwardRequest withHiddenStates() {
    return new ForwardRequest(lastHiddenState, true, layers, statistics);
  }

  public ForwardRequest withLayers(Set<Integer> selected) {
    return new ForwardRequest(
        lastHiddenState, hiddenStates, Optional.of(Set.copyOf(selected)), statistics);
  }

  public ForwardRequest withStatistics(StatisticsRequest wanted) {
    return new ForwardRequest(lastHiddenState, hiddenStates, layers, wanted);
  }

  /** Whether block i is selected. */
  public boolean selects(int layer) {
    return layers.map(selected -> selected.contains(layer)).orElse(true);
  }
}
