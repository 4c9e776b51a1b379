package dev.headlight.statistics;

import dev.headlight.nn.AttentionObserver;
import dev.headlight.nn.Packing;
import dev.headlight.nn.UpdateObserver;
import dev.headlight.statistics.SequenceStatistics.LayerStatistics;
import dev.headlight.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Statistics of all kinds of attention and all stacks of one batch. */
final class BatchStatistics implements StatisticsCollector {
  private final StatisticsRequest request;
  private final BatchDescription batch;
  private final Map<String, SideStatistics> sides = new LinkedHashMap<>();
  private final ResidualStatistics residual = new ResidualStatistics();
  private final UpdateStatistics updates;
  private final List<List<LayerStatistics>> layers = new ArrayList<>();

  BatchStatistics(StatisticsRequest request, BatchDescription batch) {
    this.request = request;
    this.batch = batch;
    this.updates = new UpdateStatistics(batch.sequences());
    boolean rollout = request.rollout();
    for (BatchDescription.Side side : batch.sides()) {
      // rollout is of the first stack: the only one, or the encoder
      sides.put(side.attention(), new SideStatistics(request, side, rollout));
      rollout = false;
    }
    for (int s = 0; s < batch.sequences(); s++) {
      layers.add(new ArrayList<>());
    }
  }

  @Override
  public AttentionObserver attention(String attention, int layer) {
    SideStatistics side = sides.get(attention);
    return side == null || !request.observesAttention() ? null : side.layer(layer);
  }

  @Override
  public void hiddenState(String stack, int layer, Matrix hidden, Packing packing) {
    if (request.layerGroups().isEmpty()) {
      return;
    }
    for (int s = 0; s < packing.sequences(); s++) {
      Matrix tokens = hidden.rows(packing.start(s), packing.length(s)); // [T, d]
      layers.get(s).add(new LayerStatistics(stack, layer, layerValues(s, tokens)));
    }
    updates.clear();
  }

  private float[] layerValues(int sequence, Matrix tokens) {
    float[] values = new float[0];
    for (String group : request.layerGroups()) {
      float[] more =
          group.equals(UpdateStatistics.NAME) ? updates.of(sequence) : residual.of(tokens);
      int at = values.length;
      values = Arrays.copyOf(values, at + more.length);
      System.arraycopy(more, 0, values, at, more.length);
    }
    return values;
  }

  @Override
  public UpdateObserver updates(String stack, int layer) {
    return request.layerGroups().contains(UpdateStatistics.NAME) ? updates : null;
  }

  @Override
  public List<SequenceStatistics> finish() {
    List<SequenceStatistics> results = new ArrayList<>(batch.sequences());
    for (int s = 0; s < batch.sequences(); s++) {
      SequenceResults sequence = new SequenceResults();
      for (SideStatistics side : sides.values()) {
        sequence.addAll(side.results(s));
      }
      results.add(sequence.toStatistics(layers.get(s), request.attentionTokens() > 0));
    }
    return results;
  }
}
