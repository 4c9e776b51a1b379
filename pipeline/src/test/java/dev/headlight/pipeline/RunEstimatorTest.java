package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.testing.Goldens;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunEstimatorTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.IntegerType)
          .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType));

  @TempDir Path folder;

  @Test
  void tableOfEqualRowsIsEstimatedExactly() {
    int rows = 600;
    int tokens = 7;
    RunEstimate estimate = estimate(table(rows, tokens, 5));

    assertThat(estimate.rows()).isEqualTo(rows);
    assertThat(estimate.sample().rows()).isBetween(250L, 256L);
    assertThat(estimate.sample().sequences()).isEqualTo(estimate.sample().rows());
    assertThat(estimate.tokens()).isEqualTo((long) rows * tokens);
    assertThat(estimate.slots()).isEqualTo(2);
    assertThat(estimate.batches())
        .isEqualTo((estimate.tokens() + estimate.batchTokens() - 1) / estimate.batchTokens());
    assertThat(estimate.weightBytes()).isPositive();
    assertThat(estimate.seconds()).isPositive();
  }

  @Test
  void badRowsOfTheSampleAreCountedByReason() {
    List<Row> rows =
        List.of(
            RowFactory.create(1, List.of(5, 6, 7)),
            RowFactory.create(2, List.of(5, 100_000)),
            RowFactory.create(3, List.of()),
            RowFactory.create(4, List.of(5)));

    RunEstimate estimate = estimate(rows, 1);

    assertThat(estimate.sample().sequences()).isEqualTo(2);
    assertThat(estimate.sample().quarantinedByReason())
        .isEqualTo(Map.of("token_out_of_range", 1L, "empty", 1L));
    assertThat(estimate.tokens()).isEqualTo(4);
  }

  @Test
  void nothingIsWritten() {
    estimate(table(10, 3, 1));

    assertThat(folder).isDirectoryContaining(path -> path.endsWith("table"));
    assertThat(folder.toFile().list()).containsExactly("table");
  }

  @Test
  void whatKeepsARunFromStartingIsFoundHereToo() {
    assertThatThrownBy(
            () ->
                EncodingJob.estimate(
                    TestSpark.session(),
                    RunOptions.of(model(), folder.resolve("none").toString(), "unused").build()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the table cannot be read as parquet");
  }

  private static List<Row> table(int rows, int tokens, int firstToken) {
    List<Integer> ids = IntStream.range(firstToken, firstToken + tokens).boxed().toList();
    return IntStream.range(0, rows).mapToObj(i -> RowFactory.create(i, ids)).toList();
  }

  private RunEstimate estimate(List<Row> rows) {
    return estimate(rows, 5);
  }

  private RunEstimate estimate(List<Row> rows, int files) {
    String input = folder.resolve("table").toString();
    TestSpark.session().createDataFrame(rows, SCHEMA).repartition(files).write().parquet(input);
    RunOptions options = RunOptions.of(model(), input, folder.resolve("output").toString()).build();
    return EncodingJob.estimate(TestSpark.session(), options);
  }

  private static String model() {
    return Goldens.get(Goldens.GOLDENS, "bert").folder().toString();
  }
}
