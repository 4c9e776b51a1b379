package dev.headlight.statistics;

import java.util.Collection;
import java.util.List;

/**
 * Which statistics are wanted.
 *
 * @param headGroups groups of per-head statistics, by name, such as {@code shape} and {@code
 *     position}, in the order of the catalogue
 * @param layerGroups groups of per-layer statistics of the residual stream, by name, in the order
 *     of the catalogue
 * @param receivedAttention whether the attention each key receives is wanted
 * @param headDivergence whether the Jensen-Shannon divergence between heads is wanted
 * @param rollout whether attention rollout is wanted
 * @param attentionTokens weights themselves are returned for sequences of at most this many tokens;
 *     0 for none
 * @param specialTokens which tokens the group {@code special} looks for
 */
public record StatisticsRequest(
    List<String> headGroups,
    List<String> layerGroups,
    boolean receivedAttention,
    boolean headDivergence,
    boolean rollout,
    int attentionTokens,
    SpecialTokenIds specialTokens) {

  public static final StatisticsRequest NONE = ofGroups(List.of());

  public StatisticsRequest {
    headGroups = StatisticCatalogue.headGroupsInOrder(headGroups);
    layerGroups = StatisticCatalogue.layerGroupsInOrder(layerGroups);
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
        groups.stream().filter(StatisticCatalogue::isLayerGroup).toList(),
        groups.contains(StatisticCatalogue.TOKEN_STATISTICS),
        groups.contains(StatisticCatalogue.HEAD_DIVERGENCE),
        groups.contains(StatisticCatalogue.ROLLOUT),
        0,
        SpecialTokenIds.NONE);
  }

  /** The same, and the weights themselves of sequences of at most this many tokens. */
  public StatisticsRequest withAttentions(int tokens) {
    return new StatisticsRequest(
        headGroups, layerGroups, receivedAttention, headDivergence, rollout, tokens, specialTokens);
  }

  /** The same, with what is known of special tokens. */
  public StatisticsRequest withSpecialTokens(SpecialTokenIds ids) {
    return new StatisticsRequest(
        headGroups, layerGroups, receivedAttention, headDivergence, rollout, attentionTokens, ids);
  }

  /** Whether anything at all is to be observed. */
  public boolean isEmpty() {
    return layerGroups.isEmpty() && !observesAttention();
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
