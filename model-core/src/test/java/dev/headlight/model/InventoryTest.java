package dev.headlight.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.ModelConfig;
import dev.headlight.families.Checkpoint;
import dev.headlight.families.Families;
import dev.headlight.kernel.Kernels;
import dev.headlight.safetensors.LocalCheckpointFolder;
import dev.headlight.safetensors.TensorInfo;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InventoryTest {
  /** What an allocation of the arena takes beyond what was asked for. */
  private static final long ALIGNMENT = 64;

  static Stream<GoldenCase> cases() {
    return Goldens.allWithRuns().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nativeBytesAreThoseOfTheBuiltModel(GoldenCase golden) throws IOException {
    Checkpoint checkpoint = Checkpoint.open(golden.folder());
    Inventory inventory = Inventory.of(checkpoint.config(), checkpoint.tensors());

    assertThat(inventory.problems()).isEmpty();
    try (TransformerModel model = checkpoint.load(Kernels.named("nd4j"))) {
      assertThat(model.weightBytes())
          .isBetween(
              inventory.nativeBytes(),
              inventory.nativeBytes() + ALIGNMENT * inventory.entries().size());
    }
  }

  @Test
  void parametersAreThoseOfTheTensorsThatAreUsed() throws IOException {
    Checkpoint checkpoint = Checkpoint.open(golden("bert"));
    Inventory inventory = Inventory.of(checkpoint.config(), checkpoint.tensors());

    // BertModel's pooler is a head of its own, which no output needs.
    long expected =
        checkpoint.tensors().tensors().values().stream()
            .filter(tensor -> !tensor.name().startsWith("pooler."))
            .mapToLong(TensorInfo::elements)
            .sum();
    assertThat(inventory.parameters()).isEqualTo(expected);
  }

  @Test
  void projectionsAreNamedAsInCheckpointsOfTheirFamily() throws IOException {
    Checkpoint checkpoint = Checkpoint.open(golden("llama"));

    List<String> roles =
        Inventory.of(checkpoint.config(), checkpoint.tensors()).entries().stream()
            .map(Inventory.Entry::use)
            .filter(use -> use.isProjection() && use.layer().orElse(-1) == 1)
            .map(TensorUse::role)
            .toList();
    assertThat(roles)
        .containsExactly(
            "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
  }

  @Test
  void everythingThatIsWrongIsNamedAtOnce(@TempDir Path folder) throws IOException {
    String wider =
        Files.readString(golden("bert").resolve("config.json"))
            .replaceFirst("\"vocab_size\": \\d+", "\"vocab_size\": 5000")
            .replaceFirst("\"num_hidden_layers\": \\d+", "\"num_hidden_layers\": 1");
    Files.writeString(folder.resolve("config.json"), wider);
    Checkpoint checkpoint = Checkpoint.open(golden("bert"));
    ModelConfig config =
        Families.describe(
            ConfigJson.read(new LocalCheckpointFolder(folder)),
            checkpoint.tensors().tensors().keySet());

    List<String> problems = Inventory.of(config, checkpoint.tensors()).problems();

    assertThat(problems).hasSize(2);
    assertThat(problems.get(0))
        .startsWith(
            "Tensor 'embeddings.word_embeddings.weight' in model.safetensors: expected shape [5000, ");
    assertThat(problems.get(1)).contains("unexpected tensor(s): encoder.layer.1.");
  }

  private static Path golden(String name) {
    return Goldens.get(Goldens.GOLDENS, name).folder();
  }
}
