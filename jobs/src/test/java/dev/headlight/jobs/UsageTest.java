package dev.headlight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes in a command line end with exit code 2 and a message, before anything is started. */
class UsageTest {
  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of(
            List.of(),
            "expected a command, found none. There are run, inspect, summarize, report, compare, demo"),
        Arguments.of(List.of("rnu"), "unknown command 'rnu'; did you mean 'run'?"),
        Arguments.of(run("--modle=x"), "unknown option '--modle'; did you mean '--model'?"),
        Arguments.of(run("stray"), "expected an option, found 'stray'."),
        Arguments.of(List.of("run", "--input", "x"), "missing: --model (Folder of the checkpoint"),
        Arguments.of(run("--max-tokens", "many"), "'many' is not an int"),
        Arguments.of(run("--max-tokens", "-1"), "max-tokens: expected a number of 1 or more"),
        Arguments.of(run("--max-quarantined", "-1"), "--max-quarantined: expected a number of 0"),
        Arguments.of(run("--outputs", "embeding"), "outputs: expected some of embedding, "),
        Arguments.of(run("--statistics", "shap"), "'shap' is unknown; nearest is 'shape'"),
        Arguments.of(run("--layers", "2-1"), "layers: expected all, or numbers and ranges"),
        Arguments.of(
            run("--precision", "fp8"), "precision: expected one of fp32, bf16, int8, found"),
        Arguments.of(run("--kernels", "cuda"), "kernels: expected one of auto, nd4j, onednn"),
        Arguments.of(run("--pooling", "median"), "pooling: expected one of "),
        Arguments.of(
            run("--on-too-long", "cut"), "on-too-long: expected truncate, error or window"),
        Arguments.of(run("--on-error", "skip"), "on-error: expected quarantine or fail"),
        Arguments.of(run("--matrix-format", "list"), "matrix-format: expected array or binary"),
        Arguments.of(run("--weights-distribution", "x"), "expected broadcast or file, found 'x'"),
        Arguments.of(run("--deploy-mode", "far"), "--deploy-mode: expected client or cluster"),
        Arguments.of(run("--spark-conf", "memory=1"), "--spark-conf: expected spark.KEY=VALUE"),
        Arguments.of(run("--conf", "/nowhere/job.conf"), "expected a file, found nothing at"),
        Arguments.of(
            run("--summary-by", "language"),
            "summary-by: expected one of the columns that are kept"),
        Arguments.of(run("--examples", "101"), "examples: expected 0 to 100"),
        Arguments.of(
            List.of("summarize", "--input", "a", "--output", "b", "--from", "tables"),
            "--from: expected sequences or summaries, found 'tables'"),
        Arguments.of(
            List.of(
                "summarize",
                "--input",
                "a,b",
                "--output",
                "c",
                "--from",
                "summaries",
                "--summary-by",
                "language"),
            "--summary-by: expected --from sequences beside it"),
        Arguments.of(
            List.of(
                "compare", "--first", "a", "--second", "b", "--output", "c", "--min-cosine", "2"),
            "min-cosine: expected a number from -1.0 to 1.0, found 2.0"),
        Arguments.of(List.of("demo", "--sequences", "0"), "--sequences: expected 1 to 1000000"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakeIsNamedAndEndsWithExitCode2(List<String> arguments, String message) {
    Invocation invocation = Invocation.of(arguments.toArray(String[]::new));

    assertThat(invocation.err()).startsWith("headlight: ").contains(message);
    assertThat(invocation.err()).doesNotContain("\tat ");
    assertThat(invocation.out()).isEmpty();
    assertThat(invocation.exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void verboseShowsWhereAMistakeWasFound() {
    Invocation invocation = Invocation.of(run("--verbose", "--layers", "x").toArray(String[]::new));

    assertThat(invocation.err()).contains("ConfigurationException").contains("\tat ");
  }

  @Test
  void misspeltKeyOfAFileEndsWithExitCode2(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("job.conf"), "modell = x\n");

    Invocation invocation = Invocation.of("run", "--conf", file.toString());

    assertThat(invocation.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(invocation.err())
        .contains("job.conf, line 1: unknown key 'modell'; did you mean 'model'?");
  }

  @Test
  void helpNamesEveryOptionOfTheContract() {
    Invocation invocation = Invocation.of("run", "--help");

    assertThat(invocation.exitCode()).isZero();
    assertThat(invocation.out())
        .contains(
            "--model", "--input", "--output", "--input-format", "--input-type", "--input-column")
        .contains("--id-column", "--keep", "--outputs", "--statistics", "--layers", "--precision")
        .contains("--kernels", "--pooling", "--normalize", "--truncate-dim", "--max-tokens")
        .contains("--on-too-long", "--on-error", "--max-quarantined", "--batch-tokens")
        .contains("--format", "--matrix-format", "--resume", "--report", "--master", "--conf");
  }

  private static List<String> run(String... more) {
    return Stream.concat(Stream.of("run", "--model=m", "--input=i", "--output=o"), Stream.of(more))
        .toList();
  }
}
