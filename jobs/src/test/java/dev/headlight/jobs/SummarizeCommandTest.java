package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code summarize} on the runs of a demo, on Spark in this JVM. */
class SummarizeCommandTest {
  @TempDir static Path shared;

  private static DemoRun demo;

  @TempDir Path folder;

  @BeforeAll
  static void runTheDemo() {
    demo = DemoRun.in(shared.resolve("demo"));
    assertThat(demo.invocation().exitCode()).as(demo.invocation().err()).isZero();
  }

  @Test
  void summariesOfRunsAreMerged() throws IOException {
    Invocation other =
        Invocation.onLocalSpark(
            "run",
            "--model=" + demo.path("model"),
            "--input=" + demo.path("table"),
            "--output=" + folder.resolve("other"),
            "--outputs=attention_statistics,layer_statistics,head_divergence",
            "--keep=label",
            "--summary-by=label",
            "--examples=0",
            "--report=false");
    assertThat(other.exitCode()).as(other.err()).isZero();
    String runs = demo.path("results") + "," + folder.resolve("other");
    Invocation refused =
        Invocation.onLocalSpark(
            "summarize", "--input=" + runs, "--output=" + folder.resolve("merged"));
    Invocation merged =
        Invocation.onLocalSpark(
            "summarize",
            "--input=" + runs,
            "--output=" + folder.resolve("merged"),
            "--on-repeated=merge");
    Invocation again =
        Invocation.onLocalSpark(
            "summarize",
            "--input=" + demo.path("results"),
            "--output=" + folder.resolve("again"),
            "--summary-by=truncated",
            "--report=false");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("expected a run over other sequences than", "the same 300");
    assertThat(merged.exitCode()).as(merged.err()).isZero();
    assertThat(
            CommandResults.json(folder.resolve("merged/run.json"))
                .path("counts")
                .path("sequences")
                .asInt())
        .isEqualTo(600);
    assertThat(Files.readString(folder.resolve("merged/report.html")))
        .contains("\"group_column\":\"label\"");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out()).contains("attention layer  head  entropy");
    assertThat(folder.resolve("again/report.html")).doesNotExist();
    assertThat(
            CommandResults.layers(
                CommandResults.json(folder.resolve("again/atlas.json")), "induction"))
        .isEqualTo(
            CommandResults.layers(
                CommandResults.json(demo.path("results/atlas.json")), "induction"));
  }

  @Test
  void runThatIsNamedTwiceIsNotMerged() {
    String runs = demo.path("results") + "," + demo.path("model/../results");
    Invocation refused =
        Invocation.onLocalSpark(
            "summarize", "--input=" + runs, "--output=" + folder.resolve("twice"));

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("expected every run once, found it twice");
    assertThat(folder.resolve("twice")).doesNotExist();
  }
}
