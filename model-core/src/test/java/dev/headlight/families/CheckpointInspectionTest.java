package dev.headlight.families;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.safetensors.LocalCheckpointFolder;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointInspectionTest {
  @Test
  void soundCheckpointHasNoProblems() throws IOException {
    CheckpointInspection inspection =
        CheckpointInspection.of(new LocalCheckpointFolder(golden("llama-sharded")));

    assertThat(inspection.problems()).isEmpty();
    assertThat(inspection.config().orElseThrow().family()).isEqualTo("llama");
    assertThat(inspection.inventory().orElseThrow().entries())
        .allMatch(entry -> entry.stored().isPresent());
    assertThat(inspection.tensors().orElseThrow().files()).hasSizeGreaterThan(1);
  }

  @Test
  void problemsOfTheConfigurationAndTheWeightsAreToldTogether(@TempDir Path folder)
      throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        Files.readString(golden("bert").resolve("config.json"))
            .replace("\"absolute\"", "\"relative_key\"")
            .replaceFirst("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"snake\""));
    Files.writeString(folder.resolve("model.safetensors"), "not a safetensors file");

    CheckpointInspection inspection = CheckpointInspection.of(new LocalCheckpointFolder(folder));

    assertThat(inspection.config()).isEmpty();
    assertThat(inspection.inventory()).isEmpty();
    assertThat(inspection.problems())
        .hasSize(3)
        .anyMatch(problem -> problem.contains("model.safetensors: expected a header"))
        .anyMatch(problem -> problem.contains("relative_key"))
        .anyMatch(problem -> problem.contains("snake"));
  }

  private static Path golden(String name) {
    return Goldens.get(Goldens.GOLDENS, name).folder();
  }
}
