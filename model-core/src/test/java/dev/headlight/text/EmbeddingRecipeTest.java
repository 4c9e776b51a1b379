package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.config.ModelConfig;
import dev.headlight.families.Checkpoint;
import dev.headlight.model.ForwardOutput.StackOutput;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.MemoryFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EmbeddingRecipeTest {
  private static final String TRANSFORMER =
      "{\"type\":\"sentence_transformers.models.Transformer\",\"path\":\"\"}";
  private static final String POOLING =
      "{\"type\":\"sentence_transformers.models.Pooling\",\"path\":\"1_Pooling\"}";

  /** A folder of a BERT of width 32 with the files of a case. */
  private static MemoryFolder folder(String name) throws IOException {
    MemoryFolder folder = new MemoryFolder();
    Path root = SentenceTransformerCase.named(name).golden().folder();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        folder.with(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return folder;
  }

  private static ModelConfig bert() throws IOException {
    return Checkpoint.open(SentenceTransformerCase.named("bert-cls").golden().folder()).config();
  }

  private static EmbeddingRecipe read(MemoryFolder folder, EmbeddingOptions options)
      throws IOException {
    return EmbeddingRecipe.read(folder, bert(), options);
  }

  private static void assertRefused(MemoryFolder folder, String message) {
    assertThatThrownBy(() -> read(folder, EmbeddingOptions.DEFAULT))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(message);
  }

  @Test
  void aFolderWithoutModulesIsPooledAsItsFamilyIsKnownFor() throws IOException {
    EmbeddingRecipe recipe = read(new MemoryFolder(), EmbeddingOptions.DEFAULT);

    assertThat(recipe.description())
        .isEqualTo(
            "{\"pooling\":[\"cls\"],\"pooling_source\":\"family bert\",\"include_prompt\":true,\"prompt\":\"\","
                + "\"modules\":[],\"truncate_dim\":null,\"normalize\":false,\"width\":32}");
  }

  @Test
  void theDescriptionSaysWhatTheFolderAndTheOptionsSay() throws IOException {
    assertThat(
            read(
                    folder("bert-dense-norm"),
                    EmbeddingOptions.DEFAULT.withTruncateDim(16).withNormalize(true))
                .description())
        .isEqualTo(
            "{\"pooling\":[\"mean\"],\"pooling_source\":\"modules.json\",\"include_prompt\":true,\"prompt\":\"\","
                + "\"modules\":[\"Dense\",\"Normalize\"],\"truncate_dim\":16,\"normalize\":true,\"width\":16}");
    assertThat(
            read(
                    folder("bert-prompt-excluded"),
                    EmbeddingOptions.DEFAULT.withPooling("max,mean").withPromptName("query"))
                .description())
        .isEqualTo(
            "{\"pooling\":[\"max\",\"mean\"],\"pooling_source\":\"option\",\"include_prompt\":false,"
                + "\"prompt\":\"Represent the question: \",\"modules\":[],\"truncate_dim\":null,\"normalize\":false,\"width\":64}");
  }

  @Test
  void promptsAreFoundByNameAndOnesOwnGoesFirst() throws IOException {
    MemoryFolder folder = folder("bert-prompt-excluded");
    EmbeddingOptions plain = EmbeddingOptions.DEFAULT;

    assertThat(read(folder, plain).prompt()).isEqualTo("Represent the document: ");
    assertThat(read(folder, plain.withPromptName("query")).prompt())
        .isEqualTo("Represent the question: ");
    assertThat(read(folder, plain.withPromptName("query").withPrompt("title: ")).prompt())
        .isEqualTo("title: ");
    assertThat(read(folder, plain.withPrompt("")).prompt()).isEmpty();
    assertThat(read(folder("bert-cls"), plain.withPromptName("query")).prompt()).isEmpty();
    assertThatThrownBy(() -> read(folder, plain.withPromptName("qeury")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prompt-name: expected one of document, query, found 'qeury'");
  }

  @Test
  void aTruncationThatTheCheckpointSaysHoldsUnlessAnotherIsAsked() throws IOException {
    MemoryFolder folder =
        folder("bert-cls").with("config_sentence_transformers.json", "{\"truncate_dim\": 8}");

    assertThat(read(folder, EmbeddingOptions.DEFAULT).width()).isEqualTo(8);
    assertThat(read(folder, EmbeddingOptions.DEFAULT.withTruncateDim(20)).width()).isEqualTo(20);
    assertThatThrownBy(() -> read(folder, EmbeddingOptions.DEFAULT.withTruncateDim(33)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "truncate-dim: expected at most 32, the width of this model's embeddings, found 33");
  }

  @Test
  void aPoolingThatDoesNotFitTheModulesIsRefused() {
    assertThatThrownBy(
            () -> read(folder("bert-dense-norm"), EmbeddingOptions.DEFAULT.withPooling("mean,cls")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Dense: expected vectors of 32 values, found 64");
  }

  @Test
  void windowsAreAveragedByTheirTokensBeforeTheModules() throws IOException {
    EmbeddingRecipe recipe =
        read(folder("bert-mean-norm"), EmbeddingOptions.DEFAULT.withTruncateDim(2));
    float[] first = new float[32];
    float[] second = new float[64];
    first[0] = 4;
    second[1] = 3;
    second[33] = 3;
    StackOutput one = new StackOutput(1, 32, first, List.of());
    StackOutput two = new StackOutput(2, 32, second, List.of());

    // (1 * [4, 0] + 2 * [0, 3]) / 3 = [4/3, 2], normalized
    float length = (float) Math.sqrt(16 / 9.0 + 4);
    assertThat(recipe.embedWindows(List.of(one, two)))
        .containsExactly(new float[] {(float) (4 / 3.0) / length, 2 / length}, within(1e-6f));
    assertThat(recipe.embedWindows(List.of(two))).isEqualTo(recipe.embed(two));
  }

  @Test
  void hiddenStatesOfAnotherWidthAreRefused() throws IOException {
    EmbeddingRecipe recipe = read(folder("bert-cls"), EmbeddingOptions.DEFAULT);

    assertThatThrownBy(() -> recipe.embed(new StackOutput(1, 16, new float[16], List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected hidden states of width 32, found 16");
  }

  @Test
  void aRecipeTravelsAsBytes() throws Exception {
    EmbeddingRecipe recipe = read(folder("bert-dense-norm"), EmbeddingOptions.DEFAULT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
      stream.writeObject(recipe);
    }
    EmbeddingRecipe received;
    try (ObjectInputStream stream =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      received = (EmbeddingRecipe) stream.readObject();
    }
    float[] states = new float[64];
    for (int i = 0; i < states.length; i++) {
      states[i] = i * 0.01f;
    }
    StackOutput output = new StackOutput(2, 32, states, List.of());

    assertThat(received.embed(output)).isEqualTo(recipe.embed(output)).hasSize(24);
  }

  @Test
  void modulesThatAreNotImplementedAreRefusedByName() throws IOException {
    String cnn = "{\"type\":\"sentence_transformers.models.CNN\",\"path\":\"2_CNN\"}";
    String own = "{\"type\":\"custom_st.Transformer\",\"path\":\"\"}";
    String known =
        " The modules that are implemented are Transformer, Pooling, Dense, LayerNorm, Normalize, Dropout.";

    assertRefused(
        folder("bert-cls").with("modules.json", modules(TRANSFORMER, POOLING, cnn)),
        "memory/modules.json: expected Dense, LayerNorm, Normalize or Dropout after Pooling, found 'CNN'."
            + known);
    assertRefused(
        folder("bert-cls").with("modules.json", modules(TRANSFORMER, cnn)),
        "memory/modules.json: expected Pooling as the second module, found 'CNN'." + known);
    assertRefused(
        folder("bert-cls").with("modules.json", modules(TRANSFORMER)),
        "memory/modules.json: expected Pooling as the second module, found no further module."
            + known);
    assertRefused(
        folder("bert-cls").with("modules.json", modules(own, POOLING)),
        "memory/modules.json: expected modules of sentence_transformers, found 'custom_st.Transformer'. Modules that are code of the checkpoint's own are never run.");
    assertRefused(
        folder("bert-cls").with("modules.json", "{}"),
        "memory/modules.json: expected an array of at most 64 modules, found something else. Fetch the file again.");
  }

  private static String modules(String... entries) {
    return "[" + String.join(",", entries) + "]";
  }

  @Test
  void dropoutChangesNothing() throws IOException {
    String dropout = "{\"type\":\"sentence_transformers.models.Dropout\",\"path\":\"2_Dropout\"}";
    MemoryFolder folder =
        folder("bert-cls").with("modules.json", modules(TRANSFORMER, POOLING, dropout));

    assertThat(read(folder, EmbeddingOptions.DEFAULT))
        .isEqualTo(read(folder("bert-cls"), EmbeddingOptions.DEFAULT));
  }

  @Test
  void badModuleFilesAreNamedWithTheirKeys() throws IOException {
    assertRefused(
        folder("bert-cls").with("1_Pooling/config.json", "{\"embedding_dimension\": 33}"),
        "memory: expected pooling of 32 values, the width of the model's hidden states, found 33. The files are of different models: fetch them again.");
    assertRefused(
        folder("bert-cls")
            .with(
                "1_Pooling/config.json",
                "{\"embedding_dimension\": 32, \"pooling_mode\": [\"mean\", \"median\"]}"),
        "memory/1_Pooling/config.json, pooling_mode: expected one of cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken, found 'median'. Correct the file or fetch it again.");
    assertRefused(
        folder("bert-dense-norm")
            .with(
                "2_Dense/config.json",
                "{\"in_features\":32,\"out_features\":24,\"activation_function\":\"os.system.Tanh\"}"),
        "memory/2_Dense/config.json, activation_function: expected one of torch's Identity, Tanh, Sigmoid, ReLU, SiLU, found 'os.system.Tanh'. Correct the file or fetch it again.");
    assertRefused(
        folder("bert-dense-norm")
            .with("2_Dense/config.json", "{\"in_features\":32,\"out_features\":1048577}"),
        "memory/2_Dense/config.json, out_features: expected a whole number from 1 to 1048576, found '1048577'. Correct the file or fetch it again.");
    assertRefused(
        folder("bert-dense-norm")
            .with(
                "2_Dense/config.json",
                "{\"in_features\":32,\"out_features\":24,\"module_input_name\":\"token_embeddings\"}"),
        "memory/2_Dense/config.json, module_input_name: expected sentence_embedding, found 'token_embeddings'. Correct the file or fetch it again.");
    assertRefused(
        folder("bert-cls")
            .with("config_sentence_transformers.json", "{\"default_prompt_name\": \"passage\"}"),
        "memory/config_sentence_transformers.json, default_prompt_name: expected one of document, query, found 'passage'. Correct the file or fetch it again.");
  }

  @Test
  void denseWeightsOfAnotherShapeAreRefusedBeforeMemoryIsTaken() throws IOException {
    assertRefused(
        folder("bert-dense-norm")
            .with("2_Dense/config.json", "{\"in_features\":1048576,\"out_features\":1048576}"),
        "memory/2_Dense: Tensor 'linear.weight' in 2_Dense/model.safetensors: expected shape [1048576, 1048576], found [24, 32]. The weights do not fit config.json: check that both are of the same checkpoint.");
  }

  @Test
  void pickledWeightsAreNeverRead() throws IOException {
    MemoryFolder folder = new MemoryFolder();
    MemoryFolder complete = folder("bert-dense-norm");
    for (String file : List.of("modules.json", "1_Pooling/config.json", "2_Dense/config.json")) {
      folder.with(file, complete.readAll(file, 1 << 20));
    }
    folder.with("2_Dense/pytorch_model.bin", "pickle");

    assertRefused(
        folder,
        "memory/2_Dense/model.safetensors: expected this file, found only pytorch_model.bin, which holds executable Python and is never read. Save the model again with a current release of sentence-transformers: SentenceTransformer(folder).save(folder).");
  }

  @Test
  void aLayerNormIsReadWithItsWeights() throws IOException {
    String norm = "{\"type\":\"sentence_transformers.models.LayerNorm\",\"path\":\"2_LayerNorm\"}";
    MemoryFolder folder =
        folder("bert-cls")
            .with("modules.json", modules(TRANSFORMER, POOLING, norm))
            .with("2_LayerNorm/config.json", "{\"dimension\": 32}")
            .withSafetensors(
                "2_LayerNorm/model.safetensors",
                "{\"norm.bias\":{\"dtype\":\"F32\",\"shape\":[32],\"data_offsets\":[0,128]},"
                    + "\"norm.weight\":{\"dtype\":\"F32\",\"shape\":[32],\"data_offsets\":[128,256]}}",
                256);

    assertThat(read(folder, EmbeddingOptions.DEFAULT).modules())
        .singleElement()
        .isInstanceOf(EmbeddingModule.LayerNorm.class);
  }

  @Test
  void pathsCannotLeadOutOfTheFolder() throws IOException {
    String away = "{\"type\":\"sentence_transformers.models.Pooling\",\"path\":\"../1_Pooling\"}";

    assertThatThrownBy(
            () ->
                read(
                    folder("bert-cls").with("modules.json", modules(TRANSFORMER, away)),
                    EmbeddingOptions.DEFAULT))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("../1_Pooling");
  }

  @Test
  void aGoldenCaseHasFilesOfBothForms() {
    assertThat(Goldens.cases(Goldens.SENTENCE_TRANSFORMERS))
        .anyMatch(golden -> golden.json("1_Pooling/config.json").has("pooling_mode"))
        .anyMatch(golden -> golden.json("1_Pooling/config.json").has("pooling_mode_cls_token"));
  }
}
