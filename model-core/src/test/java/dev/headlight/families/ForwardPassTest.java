package dev.headlight.families;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.headlight.kernel.Kernels;
import dev.headlight.model.Example;
import dev.headlight.model.ForwardOutput;
import dev.headlight.model.ForwardPass;
import dev.headlight.model.ForwardRequest;
import dev.headlight.model.Sequence;
import dev.headlight.model.TransformerModel;
import dev.headlight.statistics.SequenceStatistics;
import dev.headlight.statistics.StatisticCatalogue;
import dev.headlight.statistics.StatisticsRequest;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pass promises whatever the model: the same bits in any company, nothing for bad input. */
class ForwardPassTest {
  private static final ForwardRequest STATES =
      ForwardRequest.ofLastHiddenState().withHiddenStates();

  /** Seeded sequences of 1 to 64 tokens. */
  private static List<Example> sequences(int count, long seed) {
    Random random = new Random(seed);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = i == 0 ? 1 : 1 + random.nextInt(64);
      examples.add(Example.of(Sequence.Tokens.of(random.ints(length, 0, 101).toArray())));
    }
    return examples;
  }

  private static Path golden(String name) {
    return Goldens.get(Goldens.GOLDENS, name).folder();
  }

  @ParameterizedTest
  @CsvSource({
    "bert, fp32", "gpt2, fp32", "llama, fp32", "llama-mqa-headdim, fp32", "llama-bf16, fp32",
    "bert, bf16", "gpt2, bf16", "llama, bf16", "llama-mqa-headdim, bf16", "llama-bf16, bf16",
    "bert, int8", "gpt2, int8", "llama, int8", "llama-mqa-headdim, int8", "llama-bf16, int8"
  })
  void aSequenceHasTheSameBitsAloneAndInAnyBatchInAnyOrder(String name, String precision)
      throws IOException {
    assumeThat(Kernels.supportedPrecisions()).contains(precision);
    List<Example> examples = sequences(23, 7);
    Kernels kernels = Kernels.named("auto", precision);
    try (TransformerModel model = Checkpoint.open(golden(name)).load(kernels);
        ForwardPass pass = model.newForwardPass()) {
      List<ForwardOutput> together = pass.run(examples, STATES);
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < examples.size(); i++) {
        assertSameBits(pass.run(List.of(examples.get(i)), STATES).get(0), together.get(i));
        order.add(i);
      }
      Collections.shuffle(order, new Random(3));
      List<ForwardOutput> shuffled = pass.run(order.stream().map(examples::get).toList(), STATES);
      for (int i = 0; i < order.size(); i++) {
        assertSameBits(shuffled.get(i), together.get(order.get(i)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert, fp32",
    "llama, fp32",
    "bert, bf16",
    "llama, bf16",
    "bert, int8",
    "llama, int8"
  })
  void statisticsDoNotChangeABit(String name, String precision) throws IOException {
    assumeThat(Kernels.supportedPrecisions()).contains(precision);
    List<Example> examples = sequences(9, 11);
    StatisticsRequest statistics =
        StatisticsRequest.ofGroups(StatisticCatalogue.parse("all")).withAttentions(64);
    Kernels kernels = Kernels.named("auto", precision);
    try (TransformerModel model = Checkpoint.open(golden(name)).load(kernels);
        ForwardPass pass = model.newForwardPass()) {
      List<ForwardOutput> off = pass.run(examples, STATES);
      List<ForwardOutput> on = pass.run(examples, STATES.withStatistics(statistics));
      for (int i = 0; i < examples.size(); i++) {
        assertSameBits(on.get(i), off.get(i));
      }
    }
  }

  @Test
  void theExampleOfThePackageDocumentationRuns() throws IOException {
    Checkpoint checkpoint = Checkpoint.open(golden("bert"));
    try (TransformerModel model = checkpoint.load(Kernels.named("auto"));
        ForwardPass pass = model.newForwardPass()) {
      List<Example> batch =
          List.of(
              Example.of(Sequence.Tokens.of(2, 17, 5, 3)),
              Example.of(Sequence.Tokens.of(2, 64, 3)));
      ForwardRequest request =
          ForwardRequest.ofLastHiddenState()
              .withStatistics(StatisticsRequest.ofGroups(Set.of("shape", "position")));
      List<ForwardOutput> outputs = pass.run(batch, request);
      assertThat(outputs.get(0).output().lastHiddenState()).hasSize(4 * 32);
      assertThat(outputs.get(1).output().lastHiddenState()).hasSize(3 * 32);
      List<SequenceStatistics.HeadStatistics> heads = outputs.get(1).statistics().heads();
      assertThat(heads).hasSize(2 * 4);
    }
  }

  @Test
  void twoThreadsWithTheirOwnPassesGetTheSameBits() throws Exception {
    List<Example> examples = sequences(40, 5);
    try (TransformerModel model = Checkpoint.open(golden("llama")).load(Kernels.named("auto"));
        ForwardPass pass = model.newForwardPass()) {
      List<ForwardOutput> expected = pass.run(examples, STATES);
      var pool = java.util.concurrent.Executors.newFixedThreadPool(2);
      try {
        List<java.util.concurrent.Future<List<ForwardOutput>>> futures = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
          futures.add(
              pool.submit(
                  () -> {
                    try (ForwardPass own = model.newForwardPass()) {
                      return own.run(examples, STATES);
                    }
                  }));
        }
        for (var future : futures) {
          List<ForwardOutput> outputs = future.get();
          for (int i = 0; i < outputs.size(); i++) {
            assertSameBits(outputs.get(i), expected.get(i));
          }
        }
      } finally {
        pool.shutdownNow();
      }
    }
  }

  @Test
  void badInputIsRefusedWithItsPlaceInTheBatch() throws IOException {
    try (TransformerModel model = Checkpoint.open(golden("bert")).load(Kernels.named("auto"));
        ForwardPass pass = model.newForwardPass()) {
      Example good = Example.of(Sequence.Tokens.of(1, 2));
      assertRefused(
          pass,
          good,
          Sequence.Tokens.of(1, 101),
          "example 1 of the batch: token id 101 at position 1 is outside 0 to 100: the vocabulary has 101");
      assertRefused(
          pass,
          good,
          Sequence.Tokens.of(),
          "example 1 of the batch: the sequence has no tokens; expected 1 or more");
      assertRefused(
          pass,
          good,
          Sequence.Tokens.of(new int[65]),
          "example 1 of the batch: the sequence has 65 tokens; the model has 64 positions");
      assertRefused(
          pass,
          good,
          new Sequence.Tokens(new int[] {1, 2}, new int[] {0, 2}),
          "example 1 of the batch: token type id 2 at position 1 is outside 0 to 1: the model has 2");
      assertRefused(
          pass,
          good,
          new Sequence.Embeddings(new float[33], 1),
          "example 1 of the batch: expected 1 x 32 values, found 33");
      float[] values = new float[64];
      values[40] = Float.NaN;
      assertRefused(
          pass,
          good,
          new Sequence.Embeddings(values, 2),
          "example 1 of the batch: value NaN at row 1, column 8");
      assertRefused(
          pass,
          good,
          new Sequence.Pixels(new float[1], 1, 1, 1),
          "example 1 of the batch: expected token ids or embeddings, found pixels");
    }
  }

  private static void assertRefused(ForwardPass pass, Example good, Sequence bad, String message) {
    assertThatThrownBy(() -> pass.run(List.of(good, Example.of(bad)), STATES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static void assertSameBits(ForwardOutput actual, ForwardOutput expected) {
    assertThat(bits(actual.output().lastHiddenState()))
        .isEqualTo(bits(expected.output().lastHiddenState()));
    assertThat(actual.output().hiddenStates()).hasSameSizeAs(expected.output().hiddenStates());
    for (int i = 0; i < actual.output().hiddenStates().size(); i++) {
      assertThat(bits(actual.output().hiddenStates().get(i)))
          .isEqualTo(bits(expected.output().hiddenStates().get(i)));
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
