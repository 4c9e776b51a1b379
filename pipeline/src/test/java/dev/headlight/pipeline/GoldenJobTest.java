package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.families.Families;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.jdk.javaapi.CollectionConverters;

/** Hidden states that the job writes equal those that PyTorch gives. */
class GoldenJobTest {
  private static final double TOLERANCE = 2e-5;

  @TempDir Path folder;

  /** The families the project began with, and encoder-decoders, whose tables have more columns. */
  static Stream<GoldenCase> cases() {
    return Goldens.cases(Goldens.GOLDENS).stream()
        .filter(golden -> golden.name().matches("(bert|gpt2|llama|t5|bart).*"))
        .filter(
            golden ->
                Families.modelTypes()
                    .contains(golden.json("config.json").path("model_type").asText()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void writtenHiddenStatesEqualThoseOfPyTorch(GoldenCase golden) {
    for (String run : golden.runs()) {
      GoldenTable table = GoldenTable.of(golden, run);
      Path input = folder.resolve("input-" + run);
      Path output = folder.resolve("output-" + run);
      table.table().write().parquet(input.toString());
      RunResult result =
          EncodingJob.prepare(
                  TestSpark.session(),
                  RunOptions.of(golden.folder().toString(), input.toString(), output.toString())
                      .encoder(options -> options.outputs("last_hidden_state", "hidden_states"))
                      .build())
              .run();
      assertThat(result.sequences()).isEqualTo(table.rows().size());
      assertThat(result.quarantined()).isZero();
      List<Row> rows = written(output);
      for (int b = 0; b < rows.size(); b++) {
        assertThat(rows.get(b).<Integer>getAs("n_tokens")).isEqualTo(table.tokens(b));
        assertThat(row(rows.get(b).getAs("last_hidden_state"))).hasSize(table.tokens(b));
      }
      compare(golden, run, rows);
    }
  }

  private static List<Row> written(Path output) {
    return TestSpark.session()
        .read()
        .parquet(output.resolve(EncodingJob.SEQUENCES).toString())
        .orderBy("id")
        .collectAsList();
  }

  private static void compare(GoldenCase golden, String run, List<Row> rows) {
    Tensors expected = golden.expected(run);
    boolean encoderDecoder = golden.description().path("encoder_decoder").asBoolean();
    String side = encoderDecoder ? "encoder_" : "";
    compareStack(golden + " " + run, expected, side, "", side + "last_hidden_state", rows);
    if (encoderDecoder) {
      String what = golden + " " + run + " decoder";
      compareStack(what, expected, "decoder_", "decoder_", "last_hidden_state", rows);
    }
  }

  private static void compareStack(
      String what, Tensors expected, String side, String prefix, String last, List<Row> rows) {
    assertClose(
        what + " " + last,
        expected,
        last,
        rows.stream().map(row -> matrix(row.getAs(prefix + "last_hidden_state"))).toList());
    int layers = row(rows.get(0).getAs(prefix + "hidden_states")).size() - 1;
    for (int i = 0; i <= layers; i++) {
      int layer = i;
      boolean raw = i == layers && expected.has(side + "final_norm_input");
      String name = raw ? side + "final_norm_input" : side + "hidden_states." + i;
      assertClose(
          what + " " + name,
          expected,
          name,
          rows.stream()
              .map(r -> matrix(row(r.getAs(prefix + "hidden_states")).get(layer)))
              .toList());
    }
  }

  private static void assertClose(
      String what, Tensors expected, String name, List<float[]> matrices) {
    float[] reference = expected.floats(name);
    int padded = (int) expected.shape(name)[1];
    int width = (int) expected.shape(name)[2];
    assertThat(matrices).as(what).hasSize((int) expected.shape(name)[0]);
    double largest = 0;
    double worst = 0;
    for (int b = 0; b < matrices.size(); b++) {
      float[] actual = matrices.get(b);
      for (int i = 0; i < actual.length; i++) {
        float wanted = reference[b * padded * width + i];
        largest = Math.max(largest, Math.abs(wanted));
        worst = Math.max(worst, Math.abs((double) wanted - actual[i]));
      }
    }
    assertThat(worst / largest).as(what).isLessThanOrEqualTo(TOLERANCE);
  }

  /** {@code [T][d]} to {@code [T * d]}. */
  private static float[] matrix(Object column) {
    List<Object> rows = row(column);
    int width = row(rows.get(0)).size();
    float[] values = new float[rows.size() * width];
    for (int t = 0; t < rows.size(); t++) {
      List<Object> row = row(rows.get(t));
      for (int i = 0; i < width; i++) {
        values[t * width + i] = (Float) row.get(i);
      }
    }
    return values;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> row(Object array) {
    return CollectionConverters.asJava((scala.collection.Seq<Object>) array);
  }
}
