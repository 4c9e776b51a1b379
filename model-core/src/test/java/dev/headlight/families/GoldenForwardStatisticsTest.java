package dev.headlight.families;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.kernel.Kernels;
import dev.headlight.model.ForwardOutput;
import dev.headlight.model.ForwardPass;
import dev.headlight.model.ForwardRequest;
import dev.headlight.model.TransformerModel;
import dev.headlight.statistics.SequenceStatistics;
import dev.headlight.statistics.SequenceStatistics.HeadDivergence;
import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import dev.headlight.statistics.SequenceStatistics.LayerStatistics;
import dev.headlight.statistics.SequenceStatistics.ReceivedAttention;
import dev.headlight.statistics.StatisticCatalogue;
import dev.headlight.statistics.StatisticsRequest;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Tensors;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Statistics that the forward pass reduces equal those of PyTorch's attentions and hidden states.
 */
class GoldenForwardStatisticsTest {
  private static final double TOLERANCE = 3e-5;
  // attentions of float32 passes agree to about this; nearer to a threshold the counts may differ
  private static final double MARGIN = 5e-6;
  private static final Map<String, String> MARGINS =
      Map.of(
          "k90", "k90_margin", "sparsity_1e2", "sparsity_margin", "sink_rate_0.3", "sink_margin");

  private static final StatisticsRequest WITH_REFERENCE =
      StatisticsRequest.ofGroups(
          StatisticCatalogue.parse(
              "shape,position,copying,layers,token_statistics,head_divergence,rollout"));

  static Stream<Arguments> casesAndKernels() {
    return GoldenTest.casesAndKernels();
  }

  @ParameterizedTest
  @MethodSource("casesAndKernels")
  void statisticsEqualThoseOfTheReference(GoldenCase golden, String kernels) throws IOException {
    try (TransformerModel model =
            Checkpoint.open(golden.checkpointFolder()).load(Kernels.named(kernels));
        ForwardPass pass = model.newForwardPass()) {
      for (String run : golden.runs()) {
        ForwardRequest request = ForwardRequest.ofLastHiddenState().withStatistics(WITH_REFERENCE);
        List<ForwardOutput> outputs =
            pass.run(new GoldenRun(golden.inputs(run)).examples(), request);
        Reference reference =
            new Reference(golden, golden.statistics(run), golden.statistics2(run));
        for (int sequence = 0; sequence < outputs.size(); sequence++) {
          compare(reference, sequence, outputs.get(sequence).statistics());
        }
      }
    }
  }

  private static void compare(Reference reference, int sequence, SequenceStatistics statistics) {
    List<String> columns = StatisticCatalogue.headColumns(WITH_REFERENCE);
    assertThat(statistics.heads()).isNotEmpty();
    for (HeadStatistics head : statistics.heads()) {
      for (int c = 0; c < columns.size(); c++) {
        reference.assertHead(sequence, head, columns.get(c), head.values()[c]);
      }
    }
    assertThat(statistics.layers()).isNotEmpty();
    for (LayerStatistics layer : statistics.layers()) {
      reference.assertLayer(sequence, layer);
    }
    assertThat(statistics.received()).hasSameSizeAs(statistics.heads());
    for (ReceivedAttention received : statistics.received()) {
      reference.assertReceived(sequence, received);
    }
    assertThat(statistics.divergences()).isNotEmpty();
    for (HeadDivergence divergence : statistics.divergences()) {
      reference.assertDivergence(sequence, divergence);
    }
    reference.assertRollout(sequence, statistics.rollout().orElseThrow());
  }

  private record Reference(GoldenCase golden, Tensors statistics, Tensors statistics2) {

    private static String prefix(String attention) {
      return attention.equals("self") ? "" : attention + ".";
    }

    private Tensors file(String name) {
      return statistics.has(name) ? statistics : statistics2;
    }

    private double at(String name, int... index) {
      long[] shape = file(name).shape(name);
      int at = 0;
      for (int axis = 0; axis < index.length; axis++) {
        at = at * (int) shape[axis] + index[axis];
      }
      return file(name).doubles(name)[at];
    }

    void assertHead(int sequence, HeadStatistics head, String column, float actual) {
      String prefix = prefix(head.attention());
      String stored = column.equals("sink") ? "sink_rate_0.3" : column;
      if (!file(prefix + stored).has(prefix + stored)) {
        assertThat(column).isIn("duplicate_token_mass", "induction_mass");
        assertThat(actual).isNaN();
        return;
      }
      String margin = prefix + MARGINS.getOrDefault(stored, "");
      if (MARGINS.containsKey(stored) && at(margin, sequence, head.layer(), head.head()) < MARGIN) {
        return;
      }
      close(prefix + stored, actual, at(prefix + stored, sequence, head.layer(), head.head()));
    }

    void assertLayer(int sequence, LayerStatistics layer) {
      List<String> columns = StatisticCatalogue.layerColumns(WITH_REFERENCE);
      for (int c = 0; c < columns.size(); c++) {
        String prefix = prefix(layer.attention());
        String name = prefix + columns.get(c);
        boolean last = layer.layer() == statistics2.shape(name)[1] - 1;
        String raw = prefix + "final_norm_input." + columns.get(c);
        double expected =
            last && statistics2.has(raw) ? at(raw, sequence) : at(name, sequence, layer.layer());
        close(name, layer.values()[c], expected);
      }
    }

    void assertReceived(int sequence, ReceivedAttention received) {
      String name = prefix(received.attention()) + "received_attention";
      for (int key = 0; key < received.values().length; key++) {
        double expected = at(name, sequence, received.layer(), received.head(), key);
        close(name, received.values()[key], expected);
      }
    }

    void assertDivergence(int sequence, HeadDivergence divergence) {
      String name = prefix(divergence.attention()) + "head_js";
      int heads = divergence.heads();
      for (int pair = 0; pair < heads * heads; pair++) {
        double expected = at(name, sequence, divergence.layer(), pair / heads, pair % heads);
        close(name, divergence.values()[pair], expected);
      }
    }

    void assertRollout(int sequence, float[] rollout) {
      String name = statistics2.has("rollout") ? "rollout" : "encoder.rollout";
      int tokens = (int) Math.sqrt(rollout.length);
      for (int i = 0; i < rollout.length; i++) {
        close(name, rollout[i], at(name, sequence, i / tokens, i % tokens));
      }
    }

    private void close(String name, float actual, double expected) {
      if (Double.isNaN(expected)) {
        assertThat(actual).as("%s of %s", name, golden).isNaN();
        return;
      }
      assertThat(Math.abs(actual - expected))
          .as("%s of %s: %s, expected %s", name, golden, actual, expected)
          .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(expected)));
    }
  }
}
