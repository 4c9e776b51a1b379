package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.pipeline.RunOptions.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.Seq;

/** The atlas of a checkpoint whose heads were planted, and what else a run says about them. */
class PlantedHeadsTest {
  @TempDir static Path folder;
  private static JsonNode atlas;

  /** A first token that no other is like, then eight tokens again and again. */
  @BeforeAll
  static void run() throws IOException {
    PlantedCheckpoint.write(folder.resolve("model"));
    Random random = new Random(7);
    List<Integer> words = new ArrayList<>();
    for (int word = 1; word < PlantedCheckpoint.VOCABULARY; word++) {
      words.add(word);
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Collections.shuffle(words, random);
      List<Integer> ids = new ArrayList<>(List.of(0));
      for (int t = 1; t < PlantedCheckpoint.POSITIONS; t++) {
        ids.add(words.get((t - 1) % 8));
      }
      rows.add(TokenTable.row("row-" + i, ids));
    }
    TokenTable.table(rows).write().parquet(folder.resolve("table").toString());
    RunOptions options =
        RunOptions.of(
                folder.resolve("model").toString(),
                folder.resolve("table").toString(),
                folder.resolve("output").toString())
            .encoder(
                encoder ->
                    encoder.outputs(
                        "embedding", "attention_statistics", "layer_statistics", "head_divergence"))
            .examples(new Examples(2, List.of("row-39")))
            .report(true)
            .build();
    EncodingJob.prepare(TestSpark.session(), options).run();
    atlas = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("output/atlas.json")));
  }

  @Test
  void everyPlantedHeadHasItsLabelAndNoOther() {
    Map<String, List<String>> labels = new TreeMap<>();
    for (JsonNode head : atlas.path("heads")) {
      List<String> names = new ArrayList<>();
      head.path("labels").forEach(label -> names.add(label.path("label").asText()));
      labels.put(head.path("layer").asInt() + "." + head.path("head").asInt(), names);
    }

    assertThat(labels)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "0.0", List.of("previous token"),
                "0.1", List.of("first-token sink"),
                "0.2", List.of("broad"),
                "0.3", List.of("diagonal"),
                "1.0", List.of("induction"),
                "1.1", List.of("duplicate token"),
                "1.2", List.of("local"),
                "1.3", List.of("broad")));
  }

  @Test
  void headsThatAreAlikeInNoLayerAreNotRedundant() {
    assertThat(atlas.path("divergence")).hasSize(12);
    assertThat(atlas.path("redundant")).isEmpty();
  }

  @Test
  void intervalsOfHeadsWithoutDoubtAreOnTheThresholdsSide() {
    JsonNode labels = atlas.path("heads").get(4).path("labels");
    JsonNode induction = labels.get(0);

    assertThat(induction.path("label").asText()).isEqualTo("induction");
    assertThat(induction.path("certain").asBoolean()).isTrue();
    assertThat(induction.path("sequences").asInt()).isEqualTo(40);
    assertThat(induction.path("low").asDouble())
        .isGreaterThan(0.9)
        .isLessThanOrEqualTo(induction.path("mean").asDouble());
  }

  @Test
  void examplesHoldTheWeightsOfTheChosenSequences() {
    SparkSession spark = TestSpark.session();
    List<Row> examples =
        spark.read().parquet(folder.resolve("output/examples").toString()).collectAsList();

    assertThat(examples).extracting(row -> row.getString(0)).hasSize(3).contains("row-39");
    Row example = examples.get(0);
    Seq<Row> heads = example.getSeq(example.fieldIndex("attentions"));
    assertThat(heads.size()).isEqualTo(8);
    Seq<Seq<Float>> previous = heads.apply(0).getSeq(3);
    assertThat(previous.apply(5).apply(4)).isGreaterThan(0.99f);
    assertThat(previous.apply(5).apply(5)).isLessThan(0.01f);
  }

  @Test
  void reportHoldsWhatWasFoundAndLoadsNothing() throws IOException {
    String report = Files.readString(folder.resolve("output/report.html"));

    assertThat(report)
        .contains("\"label\":\"induction\"", "\"statistic\":\"induction_mass\"")
        .contains("default-src 'none'");
  }
}
