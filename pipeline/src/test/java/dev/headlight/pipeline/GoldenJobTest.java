package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables equal what PyTorch computes, for all kinds of inputs and all families. */
class GoldenJobTest {
  private static final List<String> OUTPUTS =
      List.of("last_hidden_state", "hidden_states", "attention_statistics", "layer_statistics");

  /** The groups that the references have. */
  private static final List<String> STATISTICS =
      List.of(
          "shape",
          "position",
          "copying",
          "layers",
          "token_statistics",
          "head_divergence",
          "rollout");

  /** Some were run on more tokens than they were made for. */
  private static final int LONGEST = 256;

  @TempDir Path folder;

  static Stream<GoldenCase> cases() {
    return Goldens.allWithRuns().stream();
  }

  /** One of each kind of table: one stack, two stacks, images. */
  static Stream<GoldenCase> casesOfTables() {
    return Stream.of("bert", "t5", "vit-rgb32").map(name -> Goldens.get(Goldens.GOLDENS, name));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void columnsOfTheEncoderEqualWhatPyTorchComputes(GoldenCase golden) {
    for (String run : golden.runs()) {
      GoldenTable table = GoldenTable.of(golden, run);
      List<Row> rows =
          new SequenceEncoder()
              .setModelPath(golden.folder().toString())
              .setKeepCols("id")
              .setOutputs(OUTPUTS.toArray(String[]::new))
              .setStatistics(STATISTICS.toArray(String[]::new))
              .setHandleInvalid("error")
              .setMaxTokens(LONGEST)
              .transform(table.table().coalesce(1))
              .collectAsList();
      assertRows(golden, run, table, rows);
    }
  }

  @ParameterizedTest
  @MethodSource("casesOfTables")
  void writtenTablesEqualWhatPyTorchComputes(GoldenCase golden) {
    for (String run : golden.runs()) {
      GoldenTable table = GoldenTable.of(golden, run);
      Path input = folder.resolve("input-" + run);
      Path output = folder.resolve("output-" + run);
      table.table().write().parquet(input.toString());

      RunResult result =
          EncodingJob.prepare(
                  TestSpark.session(),
                  RunOptions.of(golden.folder().toString(), input.toString(), output.toString())
                      .encoder(options -> options.outputs(OUTPUTS).statistics(STATISTICS))
                      .build())
              .run();

      assertThat(result.sequences()).isEqualTo(table.rows().size());
      assertThat(result.quarantined()).isZero();
      assertRows(golden, run, table, written(output));
    }
  }

  private static List<Row> written(Path output) {
    return TestSpark.session()
        .read()
        .parquet(output.resolve(EncodingJob.SEQUENCES).toString())
        .orderBy("id")
        .collectAsList();
  }

  private static void assertRows(GoldenCase golden, String run, GoldenTable table, List<Row> rows) {
    assertThat(rows).hasSameSizeAs(table.rows());
    for (int b = 0; b < rows.size(); b++) {
      Row row = rows.get(b);
      assertThat(row.<Integer>getAs("n_tokens")).isEqualTo(table.tokens(b));
      assertThat(row.<Boolean>getAs("truncated")).isFalse();
      assertThat(row.getList(row.fieldIndex("last_hidden_state"))).hasSize(table.tokens(b));
    }
    GoldenReference reference = new GoldenReference(golden, run);
    reference.assertHiddenStates(rows);
    reference.assertStatistics(rows);
  }
}
