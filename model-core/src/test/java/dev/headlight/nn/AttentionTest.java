package dev.headlight.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.config.MaskConfig;
import dev.headlight.config.ScoreBiasConfig;
import dev.headlight.kernel.Kernels;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packed sequences of odd lengths, whose tiles reach into their neighbours' rows. */
class AttentionTest {
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;
  private static final int HEAD_DIM = 32;
  private static final int WIDTH = 64;
  private static final int[] LENGTHS = {17, 1, 300, 2, 31, 3, 16, 130, 529, 5};

  record Case(Kernels kernels, MaskConfig mask, boolean biased, boolean cross) {}

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Kernels kernels : kernels()) {
      for (MaskConfig mask :
          List.of(
              MaskConfig.BIDIRECTIONAL,
              MaskConfig.CAUSAL,
              MaskConfig.causalWindow(21),
              MaskConfig.bidirectionalWindow(10))) {
        cases.add(new Case(kernels, mask, false, false));
      }
      cases.add(new Case(kernels, MaskConfig.CAUSAL, true, false));
      cases.add(new Case(kernels, MaskConfig.BIDIRECTIONAL, false, true));
    }
    return cases.stream();
  }

  private static List<Kernels> kernels() {
    List<Kernels> kernels = new ArrayList<>(List.of(Kernels.named("nd4j")));
    for (String precision : Kernels.supportedPrecisions()) {
      kernels.add(Kernels.named("auto", precision));
    }
    return kernels;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aSequenceHasTheSameBitsAloneAndBetweenOthersThatAreNotFinite(Case given) {
    try (NativeArena arena = new NativeArena()) {
      Attention attention = attention(given, arena);
      float[][] inputs = inputs(LENGTHS, 1);
      // the encoder's sequences have other lengths than the decoder's
      float[][] memories = inputs(new int[] {1, 40, 7, 64, 3, 211, 2, 19, 33, 13}, 2);
      for (int bad : new int[] {-1, 1, 3, 5, 9}) {
        float[][] packed = inputs.clone();
        float[][] packedMemories = memories.clone();
        if (bad >= 0) {
          packed[bad] = filled(packed[bad].length, Float.NaN);
          packedMemories[bad] = filled(memories[bad].length, Float.POSITIVE_INFINITY);
        }
        float[][] together = run(attention, given, packed, packedMemories);
        for (int s = 0; s < LENGTHS.length; s++) {
          if (s != bad) {
            float[][] alone =
                run(attention, given, new float[][] {inputs[s]}, new float[][] {memories[s]});
            assertThat(alone[0]).doesNotContain(Float.NaN);
            assertThat(together[s]).as("sequence %d beside %d", s, bad).isEqualTo(alone[0]);
          }
        }
      }
    }
  }

  private static float[] filled(int length, float value) {
    float[] values = new float[length];
    Arrays.fill(values, value);
    return values;
  }

  private static float[][] inputs(int[] lengths, long seed) {
    Random random = new Random(seed);
    float[][] inputs = new float[lengths.length][];
    for (int s = 0; s < lengths.length; s++) {
      inputs[s] = gaussian(lengths[s] * WIDTH, random);
    }
    return inputs;
  }

  private static float[] gaussian(int count, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Attention attention(Case given, NativeArena arena) {
    Attention.Shape shape = new Attention.Shape(HEADS, KEY_HEADS, HEAD_DIM, 0.02f, 0);
    int queries = HEADS * HEAD_DIM;
    int keys = KEY_HEADS * HEAD_DIM;
    QkvProjection projection =
        given.cross()
            ? new QkvProjection.CrossAttention(
                linear(given, queries, WIDTH, arena), linear(given, 2 * keys, WIDTH, arena))
            : new QkvProjection.SelfAttention(linear(given, queries + 2 * keys, WIDTH, arena));
    ScoreBias bias = given.biased() ? ScoreBias.alibi(new ScoreBiasConfig.Alibi(HEADS)) : null;
    return new Attention(
        shape,
        projection,
        linear(given, WIDTH, queries, arena),
        new Attention.Positions(null, null, null, bias),
        given.mask());
  }

  private static PackedLinear linear(Case given, int outputs, int inputs, NativeArena arena) {
    Matrix weight = matrix(arena, gaussian(outputs * inputs, new Random(outputs)), inputs);
    return given.kernels().products().pack(weight, null, arena);
  }

  private static Matrix matrix(NativeArena arena, float[] values, int columns) {
    Matrix matrix = arena.matrix(values.length / columns, columns);
    for (int row = 0; row < matrix.rows(); row++) {
      matrix.writeRow(row, values, row * columns);
    }
    return matrix;
  }

  private static float[][] run(
      Attention attention, Case given, float[][] inputs, float[][] memories) {
    try (NativeArena arena = new NativeArena();
        Workspace workspace = new Workspace()) {
      Packing packing = packing(inputs);
      Matrix hidden = packed(arena, inputs);
      Matrix target = arena.matrix(hidden.rows(), WIDTH);
      target.clear();
      BlockInput input =
          given.cross()
              ? BlockInput.of(packing, packed(arena, memories), packing(memories))
              : BlockInput.of(packing);
      ForwardContext context = ForwardContext.on(given.kernels(), workspace, PartClock.off());
      attention.addTo(hidden, input, context, target);
      float[][] outputs = new float[inputs.length][];
      for (int s = 0; s < outputs.length; s++) {
        outputs[s] = target.rows(packing.start(s), packing.length(s)).toArray();
      }
      return outputs;
    }
  }

  private static Packing packing(float[][] sequences) {
    return Packing.ofLengths(
        Arrays.stream(sequences).mapToInt(values -> values.length / WIDTH).toArray());
  }

  private static Matrix packed(NativeArena arena, float[][] sequences) {
    Packing packing = packing(sequences);
    Matrix packed = arena.matrix(packing.tokens(), WIDTH);
    for (int s = 0; s < sequences.length; s++) {
      Matrix rows = packed.rows(packing.start(s), packing.length(s));
      rows.copyFrom(matrix(arena, sequences[s], WIDTH));
    }
    return packed;
  }
}
