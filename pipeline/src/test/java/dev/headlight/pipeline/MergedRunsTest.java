package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.statistics.StatisticCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which runs are summed up together, by what their {@code run.json} tells. */
class MergedRunsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private Findings run(String name) throws IOException {
    return run(name, manifest -> {});
  }

  private Findings run(String name, Consumer<ObjectNode> change) throws IOException {
    ObjectNode manifest = JSON.createObjectNode();
    manifest.put("status", "succeeded");
    manifest.put("started_at", "2026-02-03T04:05:06.789Z");
    manifest.put("spark_application", "app-" + name);
    manifest.putObject("model").put("sha256", "abc").put("location", "model");
    manifest.put("kernels", "onednn");
    ObjectNode configuration = manifest.putObject("configuration");
    configuration.putArray("outputs").add("embedding").add("attention_statistics");
    configuration.putArray("statistics").add("default");
    configuration.putArray("layers");
    configuration.put("precision", "fp32").put("max-tokens", 0).put("summary-by", "label");
    configuration.put("max-attention-tokens", 256);
    manifest.putObject("counts").put("rows", 7).put("tokens", 70);
    change.accept(manifest);
    return folder(name, manifest);
  }

  private Findings folder(String name, JsonNode manifest) throws IOException {
    Path output = Files.createDirectories(folder.resolve(name));
    Files.writeString(output.resolve("run.json"), manifest.toString());
    return at(output.toString());
  }

  private static Findings at(String output) {
    return RunTables.open(TestSpark.session(), output, "parquet");
  }

  private static Consumer<ObjectNode> with(String option, String json) {
    return manifest -> {
      try {
        manifest.withObjectProperty("configuration").set(option, JSON.readTree(json));
      } catch (IOException e) {
        throw new IllegalArgumentException(e);
      }
    };
  }

  @Test
  void countsAddUpAndWhatTheRunsAgreeInStays() throws IOException {
    Findings first = run("first");
    Findings second = run("second", manifest -> manifest.put("kernels", "nd4j"));
    ObjectNode merged = MergedRuns.of(List.of(first, second), false).manifest();

    assertThat(merged.path("counts").path("rows").asInt()).isEqualTo(14);
    assertThat(merged.path("counts").path("tokens").asInt()).isEqualTo(140);
    assertThat(merged.path("configuration").path("summary-by").asText()).isEqualTo("label");
    assertThat(merged.path("configuration").path("precision").asText()).isEqualTo("fp32");
    assertThat(merged.path("model").path("sha256").asText()).isEqualTo("abc");
    assertThat(merged.has("kernels")).isFalse();
  }

  @Test
  void sequencesCanBeSummedUpByAnotherColumnThanThatOfTheRuns() throws IOException {
    Findings first = run("first");
    Findings second = run("second", with("summary-by", "null"));
    ObjectNode merged =
        MergedRuns.of(List.of(first, second), true).manifest(Optional.of("language"), 64);

    assertThat(merged.path("configuration").path("summary-by").asText()).isEqualTo("language");
    assertThat(merged.path("configuration").path("max-attention-tokens").asInt()).isEqualTo(64);
  }

  @Test
  void folderIsRefusedASecondTimeHoweverItIsSpelled() throws IOException {
    Findings run = run("first");
    run("second");
    String output = folder.resolve("first").toString();

    Stream.of(
            output,
            output + "/",
            "file:" + output,
            folder.resolve("second/../first").toString(),
            folder.resolve("./first").toString())
        .forEach(
            spelling ->
                assertThatThrownBy(() -> MergedRuns.of(List.of(run, at(spelling)), false))
                    .as(spelling)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("expected every run once, found it twice"));
  }

  @Test
  void copyOfARunIsRefusedAndSoIsAMergeThatHoldsIt() throws IOException {
    Findings first = run("first");
    Findings second = run("second");
    Findings copy = run("copy", manifest -> manifest.put("spark_application", "app-first"));
    Findings merged = folder("merged", MergedRuns.of(List.of(first, second), false).manifest());

    for (Findings again : List.of(copy, merged)) {
      assertThatThrownBy(() -> MergedRuns.of(List.of(first, again), true))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(again.folder() + ": expected a run over other sequences than ")
          .hasMessageContaining("which started at 2026-02-03T04:05:06.789Z");
    }
  }

  @Test
  void mergedRunsMergeWithFurtherOnes() throws IOException {
    Findings first = run("first");
    Findings second = run("second");
    Findings third = run("third");
    Findings merged = folder("merged", MergedRuns.of(List.of(first, second), false).manifest());
    ObjectNode all = MergedRuns.of(List.of(merged, third), false).manifest();

    assertThat(all.path("counts").path("rows").asInt()).isEqualTo(21);
    assertThat(all.path("run_ids")).hasSize(3);
    assertThat(all.path("configuration").path("summary-by").asText()).isEqualTo("label");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "summary-by           | \"language\"                     | 'label', found 'language'",
        "summary-by           | null                             | 'label', found none",
        "max-attention-tokens | 64                               | '256', found '64'",
        "statistics           | [\"special\"]                    | found [special]",
        "outputs              | [\"layer_statistics\"]           | found [layer_statistics]",
        "layers               | [1]                              | found [1]",
        "precision            | \"bf16\"                         | 'fp32', found 'bf16'",
        "max-tokens           | 128                              | '0', found '128'"
      })
  void runsThatDoNotAgreeAreRefused(String option, String value, String message)
      throws IOException {
    Findings first = run("first");
    Findings second = run("second", with(option, value));

    assertThatThrownBy(() -> MergedRuns.of(List.of(first, second), false))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("second: expected a run with the %s of ".formatted(option))
        .hasMessageContaining(message);
  }

  @Test
  void statisticsThatAreTheSameByOtherNamesAndFurtherOutputsAreNoDifference() throws IOException {
    String groups = String.join("\",\"", StatisticCatalogue.parse("default"));
    Findings first = run("first");
    Findings second = run("second", with("statistics", "[\"%s\"]".formatted(groups)));
    Findings third = run("third", with("outputs", "[\"attention_statistics\"]"));

    assertThat(MergedRuns.of(List.of(first, second, third), false).runs()).hasSize(3);
  }

  @Test
  void runsOfDifferentModelsAreRefused() throws IOException {
    Findings first = run("first");
    Findings second =
        run("second", manifest -> manifest.withObjectProperty("model").put("sha256", "def"));

    assertThatThrownBy(() -> MergedRuns.of(List.of(first, second), true))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected a run of the same model as")
        .hasMessageContaining("abc, found def");
  }
}
