package dev.headlight.pipeline;

import dev.headlight.model.ForwardRequest;
import dev.headlight.statistics.SpecialTokenIds;
import dev.headlight.statistics.StatisticsRequest;
import java.io.Serializable;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Collects what outputs need of a forward pass; sent to the tasks. */
final class RequestBuilder implements Serializable {
  private final TreeSet<Integer> layers;
  private final TreeSet<String> statisticGroups = new TreeSet<>();
  private final SpecialTokenIds specialTokens;
  private boolean lastHiddenState;
  private boolean hiddenStates;
  private int attentionTokens;

  /**
   * Asks for nothing yet.
   *
   * @param layers selected layers; empty for all
   * @param specialTokens of the model's vocabulary
   */
  RequestBuilder(Collection<Integer> layers, SpecialTokenIds specialTokens) {
    this.layers = new TreeSet<>(layers);
    this.specialTokens = specialTokens;
  }

  void lastHiddenState() {
    lastHiddenState = true;
  }

  void hiddenStates() {
    hiddenStates = true;
  }

  void statistics(Collection<String> groups) {
    statisticGroups.addAll(groups);
  }

  void attentions(int maxTokens) {
    attentionTokens = maxTokens;
  }

  StatisticsRequest statistics() {
    return StatisticsRequest.ofGroups(statisticGroups)
        .withAttentions(attentionTokens)
        .withSpecialTokens(specialTokens);
  }

  ForwardRequest build() {
    Optional<Set<Integer>> selected =
        layers.isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(layers));
    return new ForwardRequest(lastHiddenState, hiddenStates, selected, statistics());
  }
}
