package dev.headlight.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldensTest {
  static Stream<GoldenCase> cases() {
    return Goldens.allWithRuns().stream();
  }

  @Test
  void allSetsAreThere() {
    assertThat(Goldens.cases(Goldens.GOLDENS)).hasSize(36);
    assertThat(Goldens.cases(Goldens.GOLDENS_5)).hasSize(3);
    assertThat(Goldens.cases(Goldens.SENTENCE_TRANSFORMERS)).hasSize(15);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tensorsHaveTheShapesThatTheCaseDescribes(GoldenCase golden) {
    assertThat(golden.runs()).contains("batch", "single");
    for (String run : golden.runs()) {
      JsonNode description = golden.description().path("runs").path(run);
      description
          .path("input_shapes")
          .properties()
          .forEach(
              entry ->
                  assertThat(golden.inputs(run).shape(entry.getKey()))
                      .isEqualTo(lengths(entry.getValue())));
      description
          .path("output_shapes")
          .properties()
          .forEach(
              entry ->
                  assertThat(golden.expected(run).shape(entry.getKey()))
                      .isEqualTo(lengths(entry.getValue())));
      assertThat(golden.statistics(run).names()).anyMatch(name -> name.endsWith("entropy"));
      assertThat(golden.statistics2(run).names()).isNotEmpty();
    }
  }

  @Test
  void attentionRowsSumToOne() {
    Tensors expected = Goldens.get(Goldens.GOLDENS, "gpt2").expected("single");

    assertThat(expected.shape("attentions.0")).containsExactly(1, 4, 1, 1);
    assertThat(expected.floats("attentions.0")).containsExactly(1f, 1f, 1f, 1f);
    assertThat(expected.doubles("attentions.0")).containsExactly(1d, 1d, 1d, 1d);
  }

  @Test
  void idsAreInTheVocabulary() {
    GoldenCase golden = Goldens.get(Goldens.GOLDENS, "gpt2");
    long vocabulary = golden.json("config.json").path("vocab_size").asLong();

    assertThat(LongStream.of(golden.inputs("batch").longs("input_ids")).boxed().toList())
        .hasSize(4 * 17)
        .allMatch(id -> id >= 0 && id < vocabulary);
    assertThat(List.of(0L, 1L))
        .containsAll(
            LongStream.of(golden.inputs("batch").longs("attention_mask")).boxed().toList());
  }

  private static long[] lengths(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }
}
