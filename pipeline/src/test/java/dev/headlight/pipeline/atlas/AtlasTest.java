package dev.headlight.pipeline.atlas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Labels of heads whose statistics are given. */
class AtlasTest {
  private static HeadProfile head(int number, Map<String, Double> means) {
    Map<String, Estimate> statistics = new java.util.HashMap<>();
    means.forEach((name, mean) -> statistics.put(name, new Estimate(100, mean, 0.1)));
    return new HeadProfile("self", 0, number, statistics);
  }

  private static List<List<String>> labels(HeadProfile... heads) {
    List<List<String>> labels = new ArrayList<>();
    for (JsonNode head : Atlas.of(List.of(heads)).toJson().path("heads")) {
      List<String> names = new ArrayList<>();
      head.path("labels").forEach(label -> names.add(label.path("label").asText()));
      labels.add(names);
    }
    return labels;
  }

  @Test
  void headsThatAddNothingAreDead() {
    assertThat(
            labels(
                head(0, Map.of("output_norm", 20.0)),
                head(1, Map.of("output_norm", 0.1)),
                head(2, Map.of("output_norm", 0.5))))
        .containsExactly(List.of(), List.of("dead"), List.of());
  }

  @Test
  void aLayerThatAddsNothingAtAllHasNoStrongestHead() {
    assertThat(labels(head(0, Map.of("output_norm", 0.0)))).containsExactly(List.of());
  }

  @Test
  void copyingByChanceIsNoLabel() {
    assertThat(
            labels(
                head(0, Map.of("induction_mass", 0.35, "duplicate_token_mass", 0.33)),
                head(1, Map.of("induction_mass", 0.35, "duplicate_token_mass", 0.1)),
                head(2, Map.of("induction_mass", 0.1, "duplicate_token_mass", 0.35))))
        .containsExactly(List.of(), List.of("induction"), List.of("duplicate token"));
  }

  @Test
  void positionalHeadsAreNotLocalToo() {
    assertThat(
            labels(
                head(0, Map.of("mean_distance", 1.0, "previous_mass", 0.9)),
                head(1, Map.of("mean_distance", 1.0, "previous_mass", 0.1))))
        .containsExactly(List.of("previous token"), List.of("local"));
  }

  @Test
  void headsOnSpecialTokensAreLabelled() {
    assertThat(labels(head(0, Map.of("special_token_mass", 0.7))))
        .containsExactly(List.of("special tokens"));
  }

  @Test
  void meanNearTheThresholdIsNotCertain() {
    JsonNode label =
        Atlas.of(List.of(head(0, Map.of("previous_mass", 0.41))))
            .toJson()
            .path("heads")
            .get(0)
            .path("labels")
            .get(0);

    assertThat(label.path("certain").asBoolean()).isFalse();
    assertThat(label.path("low").asDouble()).isCloseTo(0.41 - 0.0196, within(1e-9));
    assertThat(label.path("high").asDouble()).isCloseTo(0.41 + 0.0196, within(1e-9));
  }

  @Test
  void headsAreRankedByTheStatisticOfTheirLabel() {
    JsonNode ranked =
        Atlas.of(
                List.of(
                    head(0, Map.of("previous_mass", 0.5)), head(1, Map.of("previous_mass", 0.8))))
            .toJson()
            .path("labels")
            .get(0)
            .path("heads");

    assertThat(ranked).extracting(head -> head.path("head").asInt()).containsExactly(1, 0);
  }
}
