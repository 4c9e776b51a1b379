package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The example of docs/images.md: a vision transformer of one's own on a table of PNG files. */
class DigitsExampleTest {
  private static final Path DIGITS = Goldens.root().resolveSibling("examples/digits");
  private static final GoldenCase CASE = new GoldenCase("examples", "digits", DIGITS);
  private static final int WIDTH = 48;
  private static final int CLASSES = 10;

  @Test
  void embeddingsAreThoseOfTorchAndTellDigitsApart() {
    Tensors expected = CASE.tensors("expected.safetensors");
    Tensors weights = CASE.tensors("model.safetensors");
    float[] embeddings = expected.floats("embedding");
    List<Row> rows =
        new SequenceEncoder()
            .setModelPath(DIGITS.toString())
            .setOutputs("embedding")
            .setHandleInvalid("error")
            .transform(
                TestSpark.session().read().parquet(DIGITS.resolve("digits.parquet").toString()))
            .orderBy("id")
            .collectAsList();

    assertThat(rows).hasSize(200);
    int right = 0;
    for (int i = 0; i < rows.size(); i++) {
      List<Float> embedding = rows.get(i).getList(rows.get(i).fieldIndex("embedding"));
      for (int d = 0; d < WIDTH; d++) {
        float wanted = embeddings[i * WIDTH + d];
        assertThat(embedding.get(d)).isBetween(wanted - 1e-4f, wanted + 1e-4f);
      }
      int digit = digit(embedding, weights.floats("head.weight"), weights.floats("head.bias"));
      right += digit == rows.get(i).<Integer>getAs("label") ? 1 : 0;
    }
    assertThat(right).isGreaterThan(rows.size() * 3 / 4);
  }

  private static int digit(List<Float> embedding, float[] weight, float[] bias) {
    int best = 0;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int digit = 0; digit < CLASSES; digit++) {
      double sum = bias[digit];
      for (int d = 0; d < WIDTH; d++) {
        sum += weight[digit * WIDTH + d] * embedding.get(d);
      }
      if (sum > greatest) {
        greatest = sum;
        best = digit;
      }
    }
    return best;
  }
}
