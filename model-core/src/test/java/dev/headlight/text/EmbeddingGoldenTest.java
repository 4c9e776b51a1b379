package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.families.Checkpoint;
import dev.headlight.families.Families;
import dev.headlight.kernel.Kernels;
import dev.headlight.model.Example;
import dev.headlight.model.ForwardOutput;
import dev.headlight.model.ForwardPass;
import dev.headlight.model.ForwardRequest;
import dev.headlight.model.TransformerModel;
import dev.headlight.safetensors.CheckpointFolder;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts become the embeddings that sentence-transformers gives. */
class EmbeddingGoldenTest {
  private static final double TOLERANCE = 1e-5;

  static Stream<SentenceTransformerCase> cases() {
    return SentenceTransformerCase.all()
        .filter(
            golden ->
                Families.modelTypes()
                    .contains(golden.golden().json("config.json").path("model_type").asText()));
  }

  /** A model and its tokenizer, open. */
  private record Opened(
      CheckpointFolder folder, Checkpoint checkpoint, Tokenizer tokenizer, TransformerModel model)
      implements AutoCloseable {

    static Opened open(SentenceTransformerCase golden) throws IOException {
      CheckpointFolder folder = golden.golden().checkpointFolder();
      Checkpoint checkpoint = Checkpoint.open(folder);
      Tokenizer tokenizer = TokenizerDefinition.require(folder).open();
      return new Opened(folder, checkpoint, tokenizer, checkpoint.load(Kernels.named("auto")));
    }

    int maxTokens() {
      return tokenizer.definition().maxTokens(checkpoint.config().stack());
    }

    EmbeddingRecipe recipe(EmbeddingOptions options) throws IOException {
      return EmbeddingRecipe.read(folder, checkpoint.config(), options)
          .forTexts(tokenizer, maxTokens());
    }

    List<float[]> encode(List<String> texts, EmbeddingOptions options) throws IOException {
      EmbeddingRecipe recipe = recipe(options);
      List<Example> batch =
          texts.stream()
              .map(text -> tokenizer.tokenize(recipe.prompt() + text, maxTokens()))
              .map(tokens -> Example.of(tokens.sequence()))
              .toList();
      try (ForwardPass pass = model.newForwardPass()) {
        return pass.run(batch, ForwardRequest.ofLastHiddenState()).stream()
            .map(ForwardOutput::output)
            .map(recipe::embed)
            .toList();
      }
    }

    @Override
    public void close() {
      model.close();
      tokenizer.close();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void embeddingsEqualThoseOfSentenceTransformers(SentenceTransformerCase golden)
      throws IOException {
    List<String> texts = golden.texts();
    EmbeddingOptions plain = EmbeddingOptions.DEFAULT;
    EmbeddingOptions cut = plain.withTruncateDim(16);
    try (Opened opened = Opened.open(golden)) {
      int limit = golden.golden().description().path("max_seq_length").asInt();
      assertThat(opened.maxTokens()).isEqualTo(limit);
      assertClose(golden, "embeddings", opened.encode(texts, plain));
      assertClose(golden, "embeddings.normalize", opened.encode(texts, plain.withNormalize(true)));
      assertClose(golden, "embeddings.truncate_dim_16", opened.encode(texts, cut));
      assertClose(
          golden,
          "embeddings.truncate_dim_16.normalize",
          opened.encode(texts, cut.withNormalize(true)));
      for (String name : golden.promptNames()) {
        assertClose(
            golden,
            "prompt." + name + ".embeddings",
            opened.encode(texts, plain.withPromptName(name)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anEmbeddingHasTheSameBitsWhateverItIsBatchedWith(SentenceTransformerCase golden)
      throws IOException {
    List<String> texts = golden.texts();
    try (Opened opened = Opened.open(golden)) {
      List<float[]> together = opened.encode(texts, EmbeddingOptions.DEFAULT);
      List<Integer> byLength =
          IntStream.range(0, texts.size())
              .boxed()
              .sorted(Comparator.comparing(i -> texts.get(i).length()))
              .toList();
      List<float[]> sorted =
          opened.encode(byLength.stream().map(texts::get).toList(), EmbeddingOptions.DEFAULT);
      for (int i = 0; i < texts.size(); i++) {
        float[] alone = opened.encode(List.of(texts.get(i)), EmbeddingOptions.DEFAULT).get(0);
        assertThat(bits(alone)).isEqualTo(bits(together.get(i)));
        assertThat(bits(sorted.get(i))).isEqualTo(bits(together.get(byLength.get(i))));
      }
    }
  }

  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }

  private static void assertClose(
      SentenceTransformerCase golden, String tensor, List<float[]> actual) {
    float[] expected = golden.expected().floats(tensor);
    int width = (int) golden.expected().shape(tensor)[1];
    double worst = 0;
    for (int text = 0; text < actual.size(); text++) {
      float[] wanted = Arrays.copyOfRange(expected, text * width, (text + 1) * width);
      assertThat(actual.get(text)).hasSameSizeAs(wanted);
      for (int i = 0; i < width; i++) {
        worst = Math.max(worst, Math.abs((double) wanted[i] - actual.get(text)[i]));
      }
    }
    assertThat(worst).as(golden + " " + tensor).isLessThanOrEqualTo(TOLERANCE);
  }
}
