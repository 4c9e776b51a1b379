package dev.headlight.statistics;

import java.util.Collection;
import java.util.List;

/**
 * Which statistics are wanted.
 *
 * @param headGroups groups of per-head statistics, by name, such as {@code shape} and {@code
 *     position}, in the order of the catalogue
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

  public static final StatisticsRequest NONE = ofGroups(List.of());

  public StatisticsRequest {
    headGroups = StatisticCatalogue.headGroupsInOrder(headGroups);
    if (attentionTokens < 0) {
      throw new IllegalArgumentException(
          "expected a limit of 0 or more tokens for attention weights, found " + attentionTokens);
    }
  }

  /**
   * Only these groups, as {@link StatisticCatalogue#parse} gives them.
   *
   * @throws IllegalArgumentException if there is no such group
   */
  public static StatisticsRequest ofGroups(Collection<String> groups) {
    StatisticCatalogue.requireGroups(groups);
    return new StatisticsRequest(
        groups.stream().filter(StatisticCatalogue::isHeadGroup).toList(),
        groups.contains(StatisticCatalogue.LAYERS),
        groups.contains(StatisticCatalogue.TOKEN_STATISTICS),
        groups.contains(StatisticCatalogue.HEAD_DIVERGENCE),
        groups.contains(StatisticCatalogue.ROLLOUT),
        0);
  }

  /** The same, and the weights themselves of sequences of at most this many tokens. */
  public StatisticsRequest withAttentions(int tokens) {
    return new StatisticsRequest(
        headGroups, layers, receivedAttention, headDivergence, rollout, tokens);
  }

  /** Whether anything at all is to be observed. */
  public boolean isEmpty() {
    return !layers && !observesAttention();
  }

  /** Whether attention weights have to be seen. */
  boolean observesAttention() {
    return !headGroups.isEmpty()
        || receivedAttention
        || headDivergence
        || rollout
        || attentionTokens > 0;
  }
}
