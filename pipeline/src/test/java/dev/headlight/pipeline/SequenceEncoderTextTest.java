package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts give the embeddings that sentence-transformers computes. */
class SequenceEncoderTextTest {
  private final SparkSession spark = TestSpark.session();

  static Stream<GoldenCase> sentenceTransformers() {
    return Goldens.cases(Goldens.SENTENCE_TRANSFORMERS).stream();
  }

  @ParameterizedTest
  @MethodSource("sentenceTransformers")
  void textsGiveTheEmbeddingsOfSentenceTransformers(GoldenCase golden) {
    SequenceEncoder encoder =
        new SequenceEncoder().setModelPath(golden.folder().toString()).setOutputs("embedding");

    assertEmbeddings(golden, encoder, "embeddings");
    assertEmbeddings(golden, encoder.setNormalize(true), "embeddings.normalize");
    int width = (int) golden.tensors("expected.safetensors").shape("embeddings.truncate_dim_16")[1];
    assertEmbeddings(
        golden, encoder.setNormalize(false).setTruncateDim(width), "embeddings.truncate_dim_16");
    assertEmbeddings(golden, encoder.setNormalize(true), "embeddings.truncate_dim_16.normalize");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-prompt-excluded",
        "llama-weightedmean",
        "qwen3-lasttoken-norm",
        "xlmr-unigram-norm"
      })
  void namedPromptStandsBeforeEachText(String name) {
    GoldenCase golden = Goldens.get(Goldens.SENTENCE_TRANSFORMERS, name);
    Tensors expected = golden.tensors("expected.safetensors");
    List<String> prompts =
        expected.names().stream()
            .filter(tensor -> tensor.startsWith("prompt.") && tensor.endsWith(".embeddings"))
            .map(
                tensor ->
                    tensor.substring("prompt.".length(), tensor.length() - ".embeddings".length()))
            .toList();
    assertThat(prompts).isNotEmpty();
    for (String prompt : prompts) {
      SequenceEncoder encoder =
          new SequenceEncoder()
              .setModelPath(golden.folder().toString())
              .setOutputs("embedding")
              .setPromptName(prompt);
      assertEmbeddings(golden, encoder, "prompt." + prompt + ".embeddings");
    }
  }

  private void assertEmbeddings(GoldenCase golden, SequenceEncoder encoder, String name) {
    StructType schema = new StructType().add("text", DataTypes.StringType);
    List<Row> texts = new ArrayList<>();
    golden.json("texts.json").forEach(text -> texts.add(RowFactory.create(text.asText())));
    Tensors file = golden.tensors("expected.safetensors");
    float[] expected = file.floats(name);
    int width = (int) file.shape(name)[1];
    String prompt = name.startsWith("prompt.") ? name.replace("embeddings", "") : "";
    long[] offsets = file.longs(prompt + "offsets");

    List<Row> rows = encoder.transform(spark.createDataFrame(texts, schema)).collectAsList();

    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).<Row>getAs("error")).as("text %d", i).isNull();
      assertThat(rows.get(i).<Integer>getAs("n_tokens"))
          .isEqualTo((int) (offsets[i + 1] - offsets[i]));
      List<Float> embedding = rows.get(i).getList(rows.get(i).fieldIndex("embedding"));
      assertThat(embedding).hasSize(width);
      for (int j = 0; j < width; j++) {
        assertThat((double) embedding.get(j))
            .as("%s, %s, text %d", golden, name, i)
            .isCloseTo(expected[i * width + j], Offset.offset(1e-5));
      }
    }
  }
}
