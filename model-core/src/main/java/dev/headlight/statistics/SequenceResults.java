package dev.headlight.statistics;

import dev.headlight.statistics.SequenceStatistics.HeadAttention;
import dev.headlight.statistics.SequenceStatistics.HeadDivergence;
import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import dev.headlight.statistics.SequenceStatistics.LayerStatistics;
import dev.headlight.statistics.SequenceStatistics.ReceivedAttention;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Results of one sequence as they come in. */
final class SequenceResults {
  final List<HeadStatistics> heads = new ArrayList<>();
  final List<ReceivedAttention> received = new ArrayList<>();
  final List<HeadDivergence> divergences = new ArrayList<>();
  final List<HeadAttention> attentions = new ArrayList<>();
  boolean attentionsOverLimit;
  Optional<float[]> rollout = Optional.empty();

  void addAll(SequenceResults other) {
    heads.addAll(other.heads);
    received.addAll(other.received);
    divergences.addAll(other.divergences);
    attentions.addAll(other.attentions);
    attentionsOverLimit |= other.attentionsOverLimit;
    rollout = rollout.or(() -> other.rollout);
  }

  SequenceStatistics toStatistics(List<LayerStatistics> layers, boolean withAttentions) {
    return new SequenceStatistics(
        heads,
        layers,
        received,
        divergences,
        rollout,
        withAttentions && !attentionsOverLimit ? Optional.of(attentions) : Optional.empty());
  }
}
