package dev.headlight.pipeline.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachinesTest {
  @Test
  void aJvmStartedAsSparkStartsItsOwnIsSound() {
    MachineReport report = Machines.here("auto");

    assertThat(report.executor()).isEqualTo("driver");
    assertThat(report.java().missingOptions()).isEmpty();
    assertThat(report.java().vectorApi()).isTrue();
    assertThat(report.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(report.heapBytes()).isEqualTo(Runtime.getRuntime().maxMemory());
    assertThat(report.memoryBytes()).isGreaterThanOrEqualTo(report.heapBytes());
    assertThat(report.problems()).isEmpty();
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void processorIsReadFromWhatLinuxTells(@TempDir Path folder) throws IOException {
    Path cpuinfo = folder.resolve("cpuinfo");
    Files.writeString(
        cpuinfo,
        """
        processor\t: 0
        model name\t: Example 9000
        flags\t\t: fpu sse2 fma avx2 amx_bf16 avx512f

        processor\t: 1
        model name\t: Other
        flags\t\t: fpu
        """);

    assertThat(Machines.processor(cpuinfo))
        .isEqualTo(
            new MachineReport.Processor(
                "Example 9000", List.of("fma", "avx2", "avx512f", "amx_bf16")));
    assertThat(Machines.processor(folder.resolve("none")).instructionSets()).isEmpty();
  }

  @Test
  void libraryThatDoesNotLoadIsAProblemIfItIsNeeded() {
    MachineReport sound = Machines.here("auto");
    MachineReport broken =
        new MachineReport(
            "1",
            "host",
            sound.processor(),
            new MachineReport.Jvm("17", List.of("--add-modules=jdk.incubator.vector"), false),
            2,
            1,
            1,
            1,
            new MachineReport.Kernels(
                "nd4j",
                List.of("fp32"),
                List.of(
                    new MachineReport.NativeLibrary("ND4J", "", "no jnind4jcpu", true),
                    new MachineReport.NativeLibrary("oneDNN", "", "no jnidnnl", false)),
                "1 rows of a 5 x 7 projection"));

    assertThat(broken.problems())
        .containsExactly(
            "ND4J does not load: no jnind4jcpu",
            "the kernels nd4j round a row differently among more rows (1 rows of a 5 x 7 projection), so results depend on batches");
    assertThat(broken.warnings())
        .containsExactly(
            "the JVM lacks options that Spark gives to its own: --add-modules=jdk.incubator.vector. Start with spark-submit or bin/headlight.",
            "the JVM has no Vector API: add --add-modules jdk.incubator.vector to its options",
            "oneDNN does not load: no jnidnnl");
  }
}
