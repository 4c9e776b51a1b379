package dev.headlight.model;

import dev.headlight.model.ForwardOutput.StackOutput;
import dev.headlight.nn.AttentionObserver;
import dev.headlight.nn.ForwardObserver;
import dev.headlight.nn.Packing;
import dev.headlight.nn.UpdateObserver;
import dev.headlight.statistics.StatisticsCollector;
import dev.headlight.tensor.Matrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies the hidden states that are asked for out of native memory, and passes everything on to the
 * statistics.
 */
final class HiddenStates implements ForwardObserver {
  private final ForwardRequest request;
  private final StatisticsCollector collector;
  // per stack, per kept layer, per sequence
  private final Map<String, List<List<float[]>>> kept = new HashMap<>();

  HiddenStates(ForwardRequest request, StatisticsCollector collector) {
    this.request = request;
    this.collector = collector;
  }

  @Override
  public AttentionObserver attention(String attention, int layer) {
    return request.selects(layer) ? collector.attention(attention, layer) : null;
  }

  @Override
  public UpdateObserver updates(String stack, int layer) {
    return request.selects(layer) ? collector.updates(stack, layer) : null;
  }

  @Override
  public void hiddenState(String stack, int layer, Matrix hidden, Packing packing) {
    if (layer > 0 && !request.selects(layer - 1)) {
      return;
    }
    collector.hiddenState(stack, layer, hidden, packing);
    if (request.hiddenStates()) {
      kept.computeIfAbsent(stack, name -> new ArrayList<>()).add(copies(hidden, packing));
    }
  }

  /** Outputs of one stack, one per sequence. */
  List<StackOutput> outputs(String stack, Matrix lastHidden, Packing packing) {
    List<List<float[]>> layers = kept.getOrDefault(stack, List.of());
    List<StackOutput> outputs = new ArrayList<>(packing.sequences());
    for (int s = 0; s < packing.sequences(); s++) {
      int sequence = s;
      List<float[]> states = layers.stream().map(layer -> layer.get(sequence)).toList();
      float[] last = request.lastHiddenState() ? copy(lastHidden, packing, s) : new float[0];
      outputs.add(new StackOutput(packing.length(s), lastHidden.columns(), last, states));
    }
    return outputs;
  }

  private static List<float[]> copies(Matrix hidden, Packing packing) {
    List<float[]> copies = new ArrayList<>(packing.sequences());
    for (int s = 0; s < packing.sequences(); s++) {
      copies.add(copy(hidden, packing, s));
    }
    return copies;
  }

  private static float[] copy(Matrix hidden, Packing packing, int sequence) {
    return hidden.rows(packing.start(sequence), packing.length(sequence)).toArray();
  }
}
