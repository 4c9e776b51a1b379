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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Hidden states of every family equal those that PyTorch gives. */
class GoldenTest {
  private static final double TOLERANCE = 2e-5;

  static Stream<GoldenCase> cases() {
    return Goldens.allWithRuns().stream();
  }

  static Stream<Arguments> casesAndKernels() {
    return cases()
        .flatMap(golden -> Stream.of("nd4j", "onednn").map(name -> Arguments.of(golden, name)));
  }

  @ParameterizedTest
  @MethodSource("casesAndKernels")
  void hiddenStatesEqualThoseOfPyTorch(GoldenCase golden, String kernels) throws IOException {
    Checkpoint checkpoint = Checkpoint.open(golden.checkpointFolder());
    try (TransformerModel model = checkpoint.load(Kernels.named(kernels));
        ForwardPass pass = model.newForwardPass()) {
      for (String run : golden.runs()) {
        List<ForwardOutput> outputs =
            pass.run(
                new GoldenRun(golden.inputs(run)).examples(),
                ForwardRequest.ofLastHiddenState().withHiddenStates());
        compare(golden, run, outputs);
      }
    }
  }

  private static void compare(GoldenCase golden, String run, List<ForwardOutput> outputs) {
    Tensors expected = golden.expected(run);
    boolean encoderDecoder = golden.description().path("encoder_decoder").asBoolean();
    String side = encoderDecoder ? "encoder_" : "";
    List<StackOutput> stacks = outputs.stream().map(ForwardOutput::output).toList();
    compareStack(golden + " " + run, expected, side, stacks);
    if (encoderDecoder) {
      compareStack(
          golden + " " + run,
          expected,
          "decoder_",
          outputs.stream().map(o -> o.decoderOutput().orElseThrow()).toList());
    }
  }

  private static void compareStack(
      String what, Tensors expected, String side, List<StackOutput> outputs) {
    String last = last(side);
    assertClose(what + " " + last, expected, last, outputs, StackOutput::lastHiddenState);
    int layers = outputs.get(0).hiddenStates().size() - 1;
    for (int i = 0; i < layers; i++) {
      int layer = i;
      assertClose(
          what + " layer " + i,
          expected,
          side + "hidden_states." + i,
          outputs,
          o -> o.hiddenStates().get(layer));
    }
    String raw =
        expected.has(side + "final_norm_input")
            ? side + "final_norm_input"
            : side + "hidden_states." + layers;
    assertClose(what + " " + raw, expected, raw, outputs, o -> o.hiddenStates().get(layers));
  }

  private static String last(String side) {
    if (side.equals("decoder_")) {
      return "last_hidden_state";
    }
    return side + "last_hidden_state";
  }

  private interface Values {
    float[] of(StackOutput output);
  }

  private static void assertClose(
      String what, Tensors expected, String name, List<StackOutput> outputs, Values values) {
    float[] reference = expected.floats(name);
    int padded = (int) expected.shape(name)[1];
    int width = (int) expected.shape(name)[2];
    double largest = 0;
    double worst = 0;
    for (int b = 0; b < outputs.size(); b++) {
      float[] actual = values.of(outputs.get(b));
      assertThat(actual).as(what).hasSize(outputs.get(b).tokens() * width);
      for (int i = 0; i < actual.length; i++) {
        float wanted = reference[b * padded * width + i];
        largest = Math.max(largest, Math.abs(wanted));
        worst = Math.max(worst, Math.abs((double) wanted - actual[i]));
      }
    }
    assertThat(worst / largest).as(what).isLessThanOrEqualTo(TOLERANCE);
  }
}
