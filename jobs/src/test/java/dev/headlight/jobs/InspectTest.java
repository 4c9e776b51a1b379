package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What inspect tells of checkpoints of all families. */
class InspectTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  static Stream<GoldenCase> cases() {
    return Stream.concat(
        Goldens.allWithRuns().stream(), Goldens.cases(Goldens.SENTENCE_TRANSFORMERS).stream());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyProjectionIsPlacedInItsFile(GoldenCase golden) throws IOException {
    Invocation inspect = Invocation.of("inspect", "--json", "--model=" + golden.folder());

    assertThat(inspect.exitCode()).as(inspect.out()).isZero();
    JsonNode root = JSON.readTree(inspect.out());
    assertThat(root.path("parameters").asLong()).isPositive();
    assertThat(root.path("native_bytes_per_executor").asLong()).isPositive();
    assertThat(root.path("embedding").asText()).isNotEmpty();
    Set<Integer> layers = new TreeSet<>();
    for (JsonNode tensor : root.path("tensors")) {
      if (tensor.has("layer")) {
        layers.add(tensor.path("layer").asInt());
      }
      Path file = golden.folder().resolve(tensor.path("file").asText());
      long end = tensor.path("offset").asLong() + tensor.path("bytes").asLong();
      assertThat(end).as(tensor.toString()).isBetween(1L, Files.size(file));
    }
    JsonNode architecture = root.path("architecture");
    int count =
        Stream.of("layers", "encoder_layers", "decoder_layers")
            .mapToInt(name -> architecture.path(name).asInt())
            .max()
            .orElseThrow();
    assertThat(layers).hasSize(count);
  }

  @Test
  void linesAreAligned() {
    GoldenCase t5 = Goldens.get(Goldens.GOLDENS, "t5");

    Invocation inspect = Invocation.of("inspect", "--model=" + t5.folder());

    assertThat(inspect.out())
        .contains("  family                t5\n")
        .contains("  encoder feed-forward  56 wide, relu\n")
        .contains("  texts                 no tokenizer.json")
        .contains("  embedding             mean (family t5), 32 values\n")
        .contains("cross_k_proj");
  }

  @Test
  void memoryIsThatOfWeightsAndBatchesAndWhatToGiveExecutorsIsMore() throws IOException {
    GoldenCase t5 = Goldens.get(Goldens.GOLDENS, "t5");

    String text = Invocation.of("inspect", "--model=" + t5.folder()).out();
    JsonNode root =
        JSON.readTree(Invocation.of("inspect", "--json", "--model=" + t5.folder()).out());

    assertThat(text)
        .containsPattern(
            "memory +[0-9.]+ KiB of weights in fp32 in each executor, and up to 256.0 MiB of a batch")
        .containsPattern(
            "executors +spark.executor.memory 1.0 GiB and 512.0 MiB for each task,"
                + " spark.executor.memoryOverhead 768.[0-9] MiB and 512.0 MiB for each task");
    JsonNode memory = root.path("executor_memory");
    assertThat(memory.path("overhead_bytes").asLong())
        .isEqualTo((768L << 20) + root.path("native_bytes_per_executor").asLong());
    assertThat(memory.path("overhead_bytes_per_task").asLong())
        .isGreaterThan(root.path("batch_bytes_per_task").asLong());
  }

  @Test
  void embeddingsOfSentenceTransformersAreDescribed() {
    GoldenCase bert = Goldens.get(Goldens.SENTENCE_TRANSFORMERS, "bert-dense-norm");

    Invocation inspect = Invocation.of("inspect", "--model=" + bert.folder());

    assertThat(inspect.out())
        .containsPattern("embedding +mean \\(modules.json\\), then Dense, Normalize, \\d+ values");
  }

  @Test
  void quantizedCheckpointsAndAllOtherReasonsAreNamedTogether() throws IOException {
    GoldenCase llama = Goldens.get(Goldens.GOLDENS, "llama");
    ObjectNode config = llama.json("config.json").deepCopy();
    config.putObject("quantization_config").put("quant_method", "gptq").put("bits", 4);
    config.put("hidden_act", "mish");
    config.putObject("rope_scaling").put("rope_type", "strange");
    Files.writeString(folder.resolve("config.json"), config.toString());
    Files.copy(llama.folder().resolve("model.safetensors"), folder.resolve("model.safetensors"));

    Invocation inspect = Invocation.of("inspect", "--model=" + folder);

    assertThat(inspect.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(inspect.out())
        .contains(
            "- quantization_config: expected weights as they were trained, found quantized ones (quant_method gptq)")
        .contains("- hidden_act is 'mish'")
        .contains("- rope_scaling.rope_type is 'strange'");
  }
}
