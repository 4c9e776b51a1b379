package dev.headlight.statistics;

import java.util.List;
import java.util.Set;

/**
 * Which statistics are wanted.
 *
 * @param headGroups groups of per-head statistics, by name, such as {@code shape} and {@code
 *     position}
 * @param layers whether per-layer statistics of the residual stream are wanted
 * @param receivedAttention whether the attention each key receives is wanted
 * @param headDivergence whether the Jensen-Shannon divergence between heads is wanted
 * @param rollout whether attention rollout is wanted
 * @param attentionTokens weights themselves are returned for sequences of at most this many tokens;
 *     0 for none
 */
public record StatisticsRequest(
    List<String> headGroups,
    boolean layers,
    boolean receivedAttention,
    boolean headDivergence,
    boolean rollout,
    int attentionTokens) {

  public static final StatisticsRequest NONE =
      new StatisticsRequest(List.of(), false, false, false, false, 0);

  public StatisticsRequest {
    headGroups = List.copyOf(headGroups);
  }

  /** Only these groups of per-head statistics. */
  public static StatisticsRequest ofGroups(Set<String> groups) {
    return new StatisticsRequest(groups.stream().sorted().toList(), false, false, false, false, 0);
  }

  /** Whether anything at all is to be observed. */
  public boolean isEmpty() {
    return headGroups.isEmpty()
        && !layers
        && !receivedAttention
        && !headDivergence
        && !rollout
        && attentionTokens == 0;
  }
}
