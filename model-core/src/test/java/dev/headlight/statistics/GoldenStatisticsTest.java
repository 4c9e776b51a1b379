package dev.headlight.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.nn.Packing;
import dev.headlight.statistics.SequenceStatistics.HeadDivergence;
import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import dev.headlight.statistics.SequenceStatistics.LayerStatistics;
import dev.headlight.statistics.SequenceStatistics.ReceivedAttention;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.testing.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Statistics of the reference model's own attentions and hidden states. */
class GoldenStatisticsTest {
  // statistics are stored as float32
  private static final double TOLERANCE = 1e-6;
  private static final Set<String> UNDEFINED_WITHOUT_IDS =
      Set.of(
          "duplicate_token_mass", "induction_mass", "cls_mass", "sep_mass", "special_token_mass");

  static Stream<GoldenAttentions> runs() {
    return GoldenAttentions.all();
  }

  @ParameterizedTest
  @MethodSource("runs")
  void headStatisticsAreThoseOfTheReference(GoldenAttentions run) {
    StatisticsRequest request = StatisticsRequest.ofGroups(StatisticCatalogue.parse("default"));
    List<String> columns = StatisticCatalogue.headColumns(request);

    List<SequenceStatistics> sequences = run.collect(request, new Random(1));

    Map<String, double[]> reference = reference(run);
    assertThat(sequences).hasSize(run.sequences());
    for (int s = 0; s < sequences.size(); s++) {
      int expectedEntries =
          run.attentions().stream()
              .mapToInt(attention -> run.layers(attention) * run.heads(attention))
              .sum();
      assertThat(sequences.get(s).heads()).hasSize(expectedEntries);
      for (HeadStatistics head : sequences.get(s).heads()) {
        assertThat(head.values()).hasSize(columns.size());
        for (int c = 0; c < columns.size(); c++) {
          double expected = expected(run, reference, head, s, columns.get(c));
          assertThat((double) head.values()[c])
              .as("%s of sequence %d in %s", columns.get(c), s, head)
              .satisfies(value -> assertClose(value, expected));
        }
      }
    }
  }

  /** All per-head statistics of the reference, by the names of their columns. */
  private static Map<String, double[]> reference(GoldenAttentions run) {
    Map<String, double[]> reference = new HashMap<>();
    for (Tensors file :
        List.of(run.golden().statistics(run.run()), run.golden().statistics2(run.run()))) {
      for (String name : file.names()) {
        reference.put(name.replace("sink_rate_0.3", "sink"), file.doubles(name));
      }
    }
    return reference;
  }

  private static double expected(
      GoldenAttentions run,
      Map<String, double[]> reference,
      HeadStatistics head,
      int sequence,
      String column) {
    double[] values = reference.get(run.statisticsPrefix(head.attention()) + column);
    if (UNDEFINED_WITHOUT_IDS.contains(column) && values == null) {
      return Double.NaN;
    }
    int layer = sequence * run.layers(head.attention()) + head.layer();
    return values[layer * run.heads(head.attention()) + head.head()];
  }

  @ParameterizedTest
  @MethodSource("runs")
  void receivedAttentionIsThatOfTheReference(GoldenAttentions run) {
    StatisticsRequest request = StatisticsRequest.ofGroups(List.of("token_statistics"));

    List<SequenceStatistics> sequences = run.collect(request, new Random(2));

    Tensors statistics = run.golden().statistics(run.run());
    for (int s = 0; s < sequences.size(); s++) {
      assertThat(sequences.get(s).received()).isNotEmpty();
      for (ReceivedAttention received : sequences.get(s).received()) {
        String name = run.statisticsPrefix(received.attention()) + "received_attention";
        int keys = (int) statistics.shape(name)[3];
        int row =
            (s * run.layers(received.attention()) + received.layer())
                    * run.heads(received.attention())
                + received.head();
        double[] expected = statistics.doubles(name);
        for (int key = 0; key < received.values().length; key++) {
          assertClose(received.values()[key], expected[row * keys + key]);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void headDivergenceAndRolloutAreThoseOfTheReference(GoldenAttentions run) {
    StatisticsRequest request = StatisticsRequest.ofGroups(List.of("head_divergence", "rollout"));

    List<SequenceStatistics> sequences = run.collect(request, new Random(3));

    Tensors statistics = run.golden().statistics2(run.run());
    for (int s = 0; s < sequences.size(); s++) {
      assertThat(sequences.get(s).divergences()).isNotEmpty();
      for (HeadDivergence divergence : sequences.get(s).divergences()) {
        String name = run.statisticsPrefix(divergence.attention()) + "head_js";
        int pairs = divergence.heads() * divergence.heads();
        int at = (s * run.layers(divergence.attention()) + divergence.layer()) * pairs;
        double[] expected = statistics.doubles(name);
        assertThat(divergence.values()).hasSize(pairs);
        for (int pair = 0; pair < pairs; pair++) {
          assertClose(divergence.values()[pair], expected[at + pair]);
        }
      }
      String name = run.statisticsPrefix(run.attentions().get(0)) + "rollout";
      int padded = (int) statistics.shape(name)[1];
      float[] rollout = sequences.get(s).rollout().orElseThrow();
      int tokens = (int) Math.sqrt(rollout.length);
      double[] expected = statistics.doubles(name);
      for (int at = 0; at < rollout.length; at++) {
        int source = (s * padded + at / tokens) * padded + at % tokens;
        assertClose(rollout[at], expected[source]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void layerStatisticsAreThoseOfTheReference(GoldenAttentions run) {
    for (String stack : run.stacks()) {
      int layers = run.layers(stack);
      for (int layer = 0; layer <= layers; layer++) {
        List<LayerStatistics> found = layerStatistics(run, stack, run.hiddenState(stack, layer));
        for (int s = 0; s < found.size(); s++) {
          assertLayer(run, found.get(s), stack, "", s * (layers + 1) + layer);
        }
      }
      if (run.expected().has(run.finalNormInput(stack))) {
        List<LayerStatistics> found = layerStatistics(run, stack, run.finalNormInput(stack));
        for (int s = 0; s < found.size(); s++) {
          assertLayer(run, found.get(s), stack, "final_norm_input.", s);
        }
      }
    }
  }

  private static List<LayerStatistics> layerStatistics(
      GoldenAttentions run, String stack, String name) {
    int[] lengths = run.lengths(stack);
    Packing packing = Packing.ofLengths(lengths);
    long[] shape = run.expected().shape(name);
    float[] padded = run.expected().floats(name);
    StatisticsCollector collector =
        StatisticsCollector.of(StatisticsRequest.ofGroups(List.of("layers")), run.batch());
    try (NativeArena arena = new NativeArena()) {
      Matrix hidden = arena.matrix(packing.tokens(), (int) shape[2]);
      for (int s = 0; s < lengths.length; s++) {
        for (int t = 0; t < lengths[s]; t++) {
          int source = (int) ((s * shape[1] + t) * shape[2]);
          hidden.floats().put(hidden.index(packing.start(s) + t), padded, source, (int) shape[2]);
        }
      }
      collector.hiddenState(stack, 0, hidden, packing);
    }
    return collector.finish().stream().map(sequence -> sequence.layers().get(0)).toList();
  }

  private static void assertLayer(
      GoldenAttentions run, LayerStatistics found, String stack, String kind, int at) {
    List<String> columns =
        StatisticCatalogue.layerColumns(StatisticsRequest.ofGroups(List.of("layers")));
    for (int c = 0; c < columns.size(); c++) {
      String name = run.statisticsPrefix(stack) + kind + columns.get(c);
      double expected = run.golden().statistics2(run.run()).doubles(name)[at];
      assertThat((double) found.values()[c])
          .as(name)
          .satisfies(value -> assertClose(value, expected));
    }
  }

  private static void assertClose(double found, double expected) {
    if (Double.isNaN(expected)) {
      assertThat(found).isNaN();
    } else {
      assertThat(found).isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
    }
  }
}
