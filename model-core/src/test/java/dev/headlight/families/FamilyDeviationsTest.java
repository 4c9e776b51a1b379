package dev.headlight.families;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.kernel.Kernels;
import dev.headlight.model.ForwardOutput;
import dev.headlight.model.ForwardOutput.StackOutput;
import dev.headlight.model.ForwardPass;
import dev.headlight.model.ForwardRequest;
import dev.headlight.model.TransformerModel;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Measures how far hidden states are from PyTorch's, by family, and writes the table of
 * docs/families.md to target/family-deviations.md.
 */
class FamilyDeviationsTest {
  private static final double TOLERANCE = 2e-5;
  private static final List<String> KERNELS = List.of("nd4j", "onednn");

  @Test
  void everyModelTypeIsMeasuredAndStandsInTheDocumentation() throws IOException {
    Map<String, double[]> largest = new TreeMap<>();
    Map<String, Integer> cases = new TreeMap<>();
    for (GoldenCase golden : Goldens.allWithRuns()) {
      String type = modelType(golden);
      cases.merge(type, 1, Integer::sum);
      double[] worst = largest.computeIfAbsent(type, name -> new double[KERNELS.size()]);
      for (int k = 0; k < KERNELS.size(); k++) {
        worst[k] = Math.max(worst[k], deviation(golden, KERNELS.get(k)));
      }
    }
    write(largest, cases);

    Path root = Goldens.root().getParent();
    String documentation = Files.readString(root.resolve("docs/families.md"));
    for (String type : Families.modelTypes()) {
      assertThat(largest).as("known outputs of each model type").containsKey(type);
      for (double deviation : largest.get(type)) {
        assertThat(deviation).as(type).isLessThan(TOLERANCE);
      }
      assertThat(documentation).contains("`" + type + "`");
    }
  }

  private static String modelType(GoldenCase golden) {
    String file = Checkpoint.configFile(golden.checkpointFolder());
    return golden.json(file).path("model_type").asText();
  }

  private static double deviation(GoldenCase golden, String kernels) throws IOException {
    double worst = 0;
    try (TransformerModel model =
            Checkpoint.open(golden.checkpointFolder()).load(Kernels.named(kernels));
        ForwardPass pass = model.newForwardPass()) {
      for (String run : golden.runs()) {
        List<ForwardOutput> outputs =
            pass.run(
                new GoldenRun(golden.inputs(run)).examples(),
                ForwardRequest.ofLastHiddenState().withHiddenStates());
        boolean two = golden.description().path("encoder_decoder").asBoolean();
        Tensors expected = golden.expected(run);
        List<StackOutput> stacks = outputs.stream().map(ForwardOutput::output).toList();
        String side = two ? "encoder_" : "";
        worst = Math.max(worst, deviation(expected, side, side + "last_hidden_state", stacks));
        if (two) {
          stacks = outputs.stream().map(o -> o.decoderOutput().orElseThrow()).toList();
          worst = Math.max(worst, deviation(expected, "decoder_", "last_hidden_state", stacks));
        }
      }
    }
    return worst;
  }

  private static double deviation(
      Tensors expected, String side, String last, List<StackOutput> outputs) {
    List<float[]> states = outputs.stream().map(StackOutput::lastHiddenState).toList();
    double worst = deviation(expected, last, states);
    int layers = outputs.get(0).hiddenStates().size() - 1;
    for (int i = 0; i <= layers; i++) {
      int layer = i;
      String raw = side + "final_norm_input";
      String name = i == layers && expected.has(raw) ? raw : side + "hidden_states." + i;
      states = outputs.stream().map(output -> output.hiddenStates().get(layer)).toList();
      worst = Math.max(worst, deviation(expected, name, states));
    }
    return worst;
  }

  /** The largest difference, relative to the largest number. */
  private static double deviation(Tensors expected, String name, List<float[]> states) {
    float[] reference = expected.floats(name);
    int stride = reference.length / states.size();
    double largest = 0;
    double worst = 0;
    for (int b = 0; b < states.size(); b++) {
      float[] state = states.get(b);
      for (int i = 0; i < state.length; i++) {
        float wanted = reference[b * stride + i];
        largest = Math.max(largest, Math.abs(wanted));
        worst = Math.max(worst, Math.abs((double) wanted - state[i]));
      }
    }
    return worst / largest;
  }

  private static void write(Map<String, double[]> largest, Map<String, Integer> cases)
      throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("| `model_type` | checkpoints | nd4j | onednn |");
    lines.add("|---|---|---|---|");
    largest.forEach(
        (type, worst) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "| `%s` | %d | %.1e | %.1e |",
                    type,
                    cases.get(type),
                    worst[0],
                    worst[1])));
    Path target = Goldens.root().resolveSibling("model-core/target");
    Files.createDirectories(target);
    Files.write(target.resolve("family-deviations.md"), lines);
  }
}
