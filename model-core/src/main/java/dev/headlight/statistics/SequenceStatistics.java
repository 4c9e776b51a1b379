package dev.headlight.statistics;

import java.util.List;
import java.util.Optional;

/**
 * Statistics of one sequence. Numbers that are not defined for it are NaN here and null in tables.
 *
 * @param heads one entry per attention, layer and head
 * @param layers one entry per stack and hidden state
 * @param received one entry per attention, layer and head
 * @param divergences one entry per attention and layer
 * @param rollout {@code [T * T]} of the encoder, or of the only stack; empty if not asked for or
 *     longer than 2048 tokens
 * @param attentions one entry per attention, layer and head; empty if not asked for or over the
 *     limit
 */
public record SequenceStatistics(
    List<HeadStatistics> heads,
    List<LayerStatistics> layers,
    List<ReceivedAttention> received,
    List<HeadDivergence> divergences,
    Optional<float[]> rollout,
    Optional<List<HeadAttention>> attentions) {

  /** Nothing was asked for. */
  public static final SequenceStatistics NONE =
      new SequenceStatistics(
          List.of(), List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());

  /**
   * Per-head statistics.
   *
   * @param attention self, encoder, decoder or cross
   * @param values in the order of {@link StatisticCatalogue#headColumns}
   */
  public record HeadStatistics(String attention, int layer, int head, float[] values) {}

  /**
   * Per-layer statistics; layer 0 is the embedding output, layer i the raw output of block i.
   *
   * @param values in the order of {@link StatisticCatalogue#layerColumns}
   */
  public record LayerStatistics(String attention, int layer, float[] values) {}

  /**
   * Mean attention that each key position receives from the queries that see it.
   *
   * @param values {@code [keys]}
   */
  public record ReceivedAttention(String attention, int layer, int head, float[] values) {}

  /**
   * Jensen-Shannon divergence between heads in nats.
   *
   * @param values {@code [h * h]}, row-major
   */
  public record HeadDivergence(String attention, int layer, int heads, float[] values) {}

  /**
   * Attention weights.
   *
   * @param weights {@code [queries * keys]}, row-major
   */
  public record HeadAttention(
      String attention, int layer, int head, int queries, int keys, float[] weights) {}
}
