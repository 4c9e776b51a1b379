package dev.headlight.families;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.kernel.Kernels;
import dev.headlight.model.Example;
import dev.headlight.model.ForwardOutput;
import dev.headlight.model.ForwardPass;
import dev.headlight.model.ForwardRequest;
import dev.headlight.model.TransformerModel;
import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import dev.headlight.statistics.SequenceStatistics.LayerStatistics;
import dev.headlight.statistics.StatisticsRequest;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What heads and sublayers add to the residual stream, against a computation of one layer in double
 * precision from PyTorch's hidden states and attentions: a post-norm encoder with biases and a
 * plain MLP, and a pre-norm decoder with grouped queries and a gated one.
 */
class UpdatesAndNormsTest {
  private static final double TOLERANCE = 3e-5;

  @ParameterizedTest
  @CsvSource({"bert, nd4j", "bert, onednn", "llama, nd4j", "llama, onednn"})
  void normsOfHeadsAndSublayersAreThoseOfTheReference(String name, String kernels)
      throws IOException {
    GoldenCase golden = Goldens.get(Goldens.GOLDENS, name);
    List<Example> examples = new GoldenRun(golden.inputs("batch")).examples();
    ForwardRequest request =
        ForwardRequest.ofLastHiddenState()
            .withStatistics(StatisticsRequest.ofGroups(List.of("norms", "updates")));
    try (TransformerModel model =
            Checkpoint.open(golden.checkpointFolder()).load(Kernels.named(kernels));
        ForwardPass pass = model.newForwardPass()) {
      List<ForwardOutput> outputs = pass.run(examples, request);
      for (int s = 0; s < outputs.size(); s++) {
        int tokens = outputs.get(s).output().tokens();
        for (int layer = 0; layer < 2; layer++) {
          LayerReference reference = LayerReference.of(golden, layer, s, tokens);
          for (int head = 0; head < LayerReference.HEADS; head++) {
            HeadStatistics found =
                outputs.get(s).statistics().heads().get(layer * LayerReference.HEADS + head);
            assertHead(reference, head, found);
          }
          assertLayer(reference, outputs.get(s).statistics().layers().get(layer + 1));
        }
        assertThat(outputs.get(s).statistics().layers().get(0).values()).containsOnly(Float.NaN);
      }
    }
  }

  private static void assertHead(LayerReference reference, int head, HeadStatistics found) {
    assertThat(found.head()).isEqualTo(head);
    double[] expected = reference.head(head);
    assertThat(found.values()).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found.values()[i])
          .as("statistic %d of head %d", i, head)
          .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, expected[i])));
    }
  }

  private static void assertLayer(LayerReference reference, LayerStatistics found) {
    double attention = reference.attentionUpdateNorm();
    double feedForward = reference.feedForwardUpdateNorm();
    assertThat((double) found.values()[0])
        .isCloseTo(attention, within(TOLERANCE * Math.max(1, attention)));
    assertThat(found.values()[1]).as("there is no cross-attention").isNaN();
    assertThat((double) found.values()[2])
        .isCloseTo(feedForward, within(TOLERANCE * Math.max(1, feedForward)));
    // one activation may lie on the other side of the threshold
    assertThat((double) found.values()[3])
        .isCloseTo(reference.gateSparsity(), within(1.5 / reference.activations()));
  }
}
