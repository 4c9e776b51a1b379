package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands from end to end that read no table. */
class CommandsWithoutTableTest {
  @TempDir Path folder;

  @Test
  void missingCheckpointIsFoundBeforeAnythingIsStarted() {
    Invocation refused =
        Invocation.onLocalSpark(
            "run", "--model=" + folder.resolve("none"), "--input=i", "--output=o");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("expected a checkpoint folder, found nothing there");
  }

  @Test
  void formatThatKeepsNoNestedColumnsIsRefusedBeforeAnythingIsRead() {
    Invocation refused =
        Invocation.onLocalSpark(
            "summarize", "--input=a,b", "--output=" + folder.resolve("sum"), "--format=csv");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("expected one that keeps nested columns", "found 'csv'");
    assertThat(folder.resolve("sum")).doesNotExist();
  }

  @Test
  void inspectNamesEverythingThatIsUnsupportedAndFails() throws IOException {
    Path model = Files.createDirectory(folder.resolve("strange"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"retnet\"}");
    Files.writeString(model.resolve("pytorch_model.bin"), "pickle");

    Invocation inspect = Invocation.of("inspect", "--model=" + model);

    assertThat(inspect.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(inspect.out())
        .contains("This checkpoint cannot be run:")
        .contains("- model_type 'retnet'")
        .contains("Only safetensors files are read");
  }

  @Test
  void doctorFindsEverythingSoundHere() throws IOException {
    Invocation doctor = Invocation.onLocalSpark("doctor", "--json");

    assertThat(doctor.exitCode()).as(doctor.out()).isZero();
    JsonNode machine = new ObjectMapper().readTree(doctor.out()).path("machines").get(0);
    assertThat(machine.path("executor").asText()).isEqualTo("driver");
    assertThat(machine.path("problems")).isEmpty();
    assertThat(machine.path("kernels").path("libraries")).isNotEmpty();
  }
}
