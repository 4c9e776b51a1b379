package dev.headlight.pipeline;

import dev.headlight.model.ForwardOutput;
import dev.headlight.model.ForwardOutput.StackOutput;
import dev.headlight.statistics.SequenceStatistics;
import dev.headlight.statistics.SequenceStatistics.HeadDivergence;
import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import dev.headlight.statistics.SequenceStatistics.LayerStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a model computed for one row.
 *
 * @param windows of the encoder or the only stack: one, or one for each window of a long text
 * @param decoderOutput of the decoder, if it ran
 * @param statistics of several windows each number is their mean, in which a window weighs as much
 *     as it has tokens; windows for which it is not defined are left out
 */
record EncodedSequence(
    List<StackOutput> windows, Optional<StackOutput> decoderOutput, SequenceStatistics statistics) {

  static EncodedSequence of(List<ForwardOutput> windows) {
    ForwardOutput first = windows.get(0);
    List<StackOutput> outputs = windows.stream().map(ForwardOutput::output).toList();
    return new EncodedSequence(
        outputs, first.decoderOutput(), windows.size() == 1 ? first.statistics() : mean(windows));
  }

  /** The only window. */
  StackOutput output() {
    if (windows.size() > 1) {
      throw new IllegalStateException(
          "expected one sequence, found %d windows".formatted(windows.size()));
    }
    return windows.get(0);
  }

  private static SequenceStatistics mean(List<ForwardOutput> windows) {
    SequenceStatistics first = windows.get(0).statistics();
    List<HeadStatistics> heads = new ArrayList<>();
    for (int i = 0; i < first.heads().size(); i++) {
      int entry = i;
      HeadStatistics head = first.heads().get(i);
      float[] values = mean(windows, statistics -> statistics.heads().get(entry).values());
      heads.add(new HeadStatistics(head.attention(), head.layer(), head.head(), values));
    }
    List<LayerStatistics> layers = new ArrayList<>();
    for (int i = 0; i < first.layers().size(); i++) {
      int entry = i;
      LayerStatistics layer = first.layers().get(i);
      float[] values = mean(windows, statistics -> statistics.layers().get(entry).values());
      layers.add(new LayerStatistics(layer.attention(), layer.layer(), values));
    }
    List<HeadDivergence> divergences = new ArrayList<>();
    for (int i = 0; i < first.divergences().size(); i++) {
      int entry = i;
      HeadDivergence layer = first.divergences().get(i);
      float[] values = mean(windows, statistics -> statistics.divergences().get(entry).values());
      divergences.add(new HeadDivergence(layer.attention(), layer.layer(), layer.heads(), values));
    }
    return new SequenceStatistics(
        heads, layers, List.of(), divergences, Optional.empty(), Optional.empty());
  }

  private static float[] mean(
      List<ForwardOutput> windows, Function<SequenceStatistics, float[]> values) {
    float[] mean = new float[values.apply(windows.get(0).statistics()).length];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      long tokens = 0;
      for (ForwardOutput window : windows) {
        float value = values.apply(window.statistics())[i];
        if (!Float.isNaN(value)) {
          sum += (double) value * window.output().tokens();
          tokens += window.output().tokens();
        }
      }
      mean[i] = tokens == 0 ? Float.NaN : (float) (sum / tokens);
    }
    return mean;
  }
}
