package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BenchCommandTest {
  @TempDir static Path model;

  @TempDir Path folder;

  @BeforeAll
  static void writeModel() throws IOException {
    DemoCheckpoint.write(new org.apache.hadoop.fs.Path(model.toUri()), new Configuration());
  }

  @Test
  void resultHasTheKeysThatOthersReadAndItsNumbersAgree() throws IOException {
    Path lengths = Files.writeString(folder.resolve("lengths"), "5\n\n 9 \n1\n");
    Path file = folder.resolve("result.json");

    Invocation bench =
        bench(
            "--lengths-file=" + lengths,
            "--sequences=4",
            "--threads=2",
            "--repeat=3",
            "--precision=fp32",
            "--kernels=nd4j",
            "--statistics=none",
            "--json=" + file);

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode result = new ObjectMapper().readTree(file.toFile());
    assertThat(result.path("tokens").asLong()).isEqualTo(2 * (5 + 9 + 1 + 5));
    assertThat(result.path("sequences").asLong()).isEqualTo(8);
    assertThat(result.path("precision").asText()).isEqualTo("fp32");
    assertThat(result.path("kernels").asText()).isEqualTo("nd4j");
    assertThat(result.path("statistics").asText()).isEqualTo("none");
    List<Double> seconds = new ArrayList<>();
    result.path("seconds").forEach(value -> seconds.add(value.asDouble()));
    assertThat(seconds).hasSize(3);
    assertThat(result.path("cpu_seconds")).hasSize(3);
    seconds.sort(null);
    assertThat(result.path("tokens_per_second").asDouble() * seconds.get(1))
        .isCloseTo(40, within(1e-6));
    assertThat(result.path("tokens_per_second_best").asDouble() * seconds.get(0))
        .isCloseTo(40, within(1e-6));
    assertThat(result.path("gflops_per_second").asDouble()).isPositive();
    assertThat(result.path("weight_bytes").asLong()).isPositive();
    assertThat(result.has("breakdown")).isFalse();
  }

  @Test
  void breakdownNamesEveryPartOfAPass() throws IOException {
    Invocation bench = bench("--lengths=4,16", "--repeat=1", "--breakdown", "--json=-");

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode breakdown = new ObjectMapper().readTree(bench.out()).path("breakdown");
    List<String> parts = new ArrayList<>();
    breakdown.fieldNames().forEachRemaining(parts::add);
    assertThat(parts)
        .containsExactly(
            "embedding",
            "qkv_proj",
            "positions",
            "scores",
            "softmax",
            "statistics",
            "values",
            "o_proj",
            "norms",
            "gate_up_proj",
            "activation",
            "down_proj",
            "other");
    assertThat(breakdown.path("qkv_proj").asDouble()).isPositive();
    assertThat(breakdown.path("statistics").asDouble()).isPositive();
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of(List.of(), "either lengths or lengths-file, found neither"),
        Arguments.of(List.of("--lengths=1", "--lengths-file=f"), "lengths-file, found both"),
        Arguments.of(List.of("--lengths=0"), "lengths: expected a number from 1 to"),
        Arguments.of(List.of("--lengths=many"), "'many' is not a"),
        Arguments.of(List.of("--lengths-file=/nowhere/f"), "expected a file, found nothing at"),
        Arguments.of(List.of("--lengths=8", "--threads=0"), "threads: expected a number from 1"),
        Arguments.of(List.of("--lengths=8", "--repeat=0"), "repeat: expected a number from 1"),
        Arguments.of(List.of("--lengths=8", "--kernels=cuda"), "kernels: expected one of"),
        Arguments.of(List.of("--lengths=8", "--precision=fp8"), "precision: expected one of"),
        Arguments.of(List.of("--lengths=8", "--statistics=shap"), "nearest is 'shape'"),
        Arguments.of(
            List.of("--lengths=8", "--kernels=nd4j", "--precision=bf16"),
            "precision bf16 needs kernels onednn"),
        Arguments.of(List.of("--lengths=8", "--json=/nowhere/r.json"), "no folder /nowhere"),
        Arguments.of(List.of("--lengths=8", "--master=yarn"), "leave out --master"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakeEndsWithExitCode2(List<String> arguments, String message) {
    Invocation bench = bench(arguments.toArray(String[]::new));

    assertThat(bench.err()).startsWith("headlight: ").contains(message);
    assertThat(bench.exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void lengthBeyondTheModelsPositionsIsRefused() {
    Path bert = Goldens.get(Goldens.GOLDENS, "bert").folder();

    Invocation bench = Invocation.of("bench", "--model=" + bert, "--lengths=100000");

    assertThat(bench.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(bench.err()).contains("lengths: expected at most 64 tokens");
  }

  @Test
  void badLineOfALengthsFileIsNamed() throws IOException {
    Path lengths = Files.writeString(folder.resolve("lengths"), "5\nsix\n");

    Invocation bench = bench("--lengths-file=" + lengths);

    assertThat(bench.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(bench.err()).contains("line 2: expected a number of tokens of 1 or more");
  }

  private static Invocation bench(String... arguments) {
    List<String> all = new ArrayList<>(List.of("bench", "--warm-up=0", "--model=" + model));
    all.addAll(List.of(arguments));
    return Invocation.of(all.toArray(String[]::new));
  }
}
