package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.safetensors.CheckpointException;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.MemoryFolder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Modules of sentence-transformers that are read from a folder, or refused. */
class EmbeddingModulesTest {
  private static final String TRANSFORMER =
      "{\"type\":\"sentence_transformers.models.Transformer\",\"path\":\"\"}";

  private static final String POOLING =
      "{\"type\":\"sentence_transformers.models.Pooling\",\"path\":\"1_Pooling\"}";

  private static void assertRefused(MemoryFolder folder, String message) {
    assertThatThrownBy(() -> RecipeFolders.read(folder, EmbeddingOptions.DEFAULT))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(message);
  }

  @Test
  void modulesThatAreNotImplementedAreRefusedByName() throws IOException {
    String cnn = "{\"type\":\"sentence_transformers.models.CNN\",\"path\":\"2_CNN\"}";
    String own = "{\"type\":\"custom_st.Transformer\",\"path\":\"\"}";
    String known =
        " The modules that are implemented are Transformer, Pooling, Dense, LayerNorm, Normalize, Dropout.";

    assertRefused(
        RecipeFolders.folder("bert-cls").with("modules.json", modules(TRANSFORMER, POOLING, cnn)),
        "memory/modules.json: expected Dense, LayerNorm, Normalize or Dropout after Pooling, found 'CNN'."
            + known);
    assertRefused(
        RecipeFolders.folder("bert-cls").with("modules.json", modules(TRANSFORMER, cnn)),
        "memory/modules.json: expected Pooling as the second module, found 'CNN'." + known);
    assertRefused(
        RecipeFolders.folder("bert-cls").with("modules.json", modules(TRANSFORMER)),
        "memory/modules.json: expected Pooling as the second module, found no further module."
            + known);
    assertRefused(
        RecipeFolders.folder("bert-cls").with("modules.json", modules(own, POOLING)),
        "memory/modules.json: expected modules of sentence_transformers, found 'custom_st.Transformer'. Modules that are code of the checkpoint's own are never run.");
    assertRefused(
        RecipeFolders.folder("bert-cls").with("modules.json", "{}"),
        "memory/modules.json: expected an array of at most 64 modules, found something else. Fetch the file again.");
  }

  private static String modules(String... entries) {
    return "[" + String.join(",", entries) + "]";
  }

  @Test
  void dropoutChangesNothing() throws IOException {
    String dropout = "{\"type\":\"sentence_transformers.models.Dropout\",\"path\":\"2_Dropout\"}";
    MemoryFolder folder =
        RecipeFolders.folder("bert-cls")
            .with("modules.json", modules(TRANSFORMER, POOLING, dropout));

    assertThat(RecipeFolders.read(folder, EmbeddingOptions.DEFAULT))
        .isEqualTo(RecipeFolders.read(RecipeFolders.folder("bert-cls"), EmbeddingOptions.DEFAULT));
  }

  @Test
  void badModuleFilesAreNamedWithTheirKeys() throws IOException {
    assertRefused(
        RecipeFolders.folder("bert-cls")
            .with("1_Pooling/config.json", "{\"embedding_dimension\": 33}"),
        "memory: expected pooling of 32 values, the width of the model's hidden states, found 33. The files are of different models: fetch them again.");
    assertRefused(
        RecipeFolders.folder("bert-cls")
            .with(
                "1_Pooling/config.json",
                "{\"embedding_dimension\": 32, \"pooling_mode\": [\"mean\", \"median\"]}"),
        "memory/1_Pooling/config.json, pooling_mode: expected one of cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken, found 'median'. Correct the file or fetch it again.");
    assertRefused(
        RecipeFolders.folder("bert-dense-norm")
            .with(
                "2_Dense/config.json",
                "{\"in_features\":32,\"out_features\":24,\"activation_function\":\"os.system.Tanh\"}"),
        "memory/2_Dense/config.json, activation_function: expected one of torch's Identity, Tanh, Sigmoid, ReLU, SiLU, found 'os.system.Tanh'. Correct the file or fetch it again.");
    assertRefused(
        RecipeFolders.folder("bert-dense-norm")
            .with("2_Dense/config.json", "{\"in_features\":32,\"out_features\":1048577}"),
        "memory/2_Dense/config.json, out_features: expected a whole number from 1 to 1048576, found '1048577'. Correct the file or fetch it again.");
    assertRefused(
        RecipeFolders.folder("bert-dense-norm")
            .with(
                "2_Dense/config.json",
                "{\"in_features\":32,\"out_features\":24,\"module_input_name\":\"token_embeddings\"}"),
        "memory/2_Dense/config.json, module_input_name: expected sentence_embedding, found 'token_embeddings'. Correct the file or fetch it again.");
    assertRefused(
        RecipeFolders.folder("bert-cls")
            .with("config_sentence_transformers.json", "{\"default_prompt_name\": \"passage\"}"),
        "memory/config_sentence_transformers.json, default_prompt_name: expected one of document, query, found 'passage'. Correct the file or fetch it again.");
  }

  @Test
  void denseWeightsOfAnotherShapeAreRefusedBeforeMemoryIsTaken() throws IOException {
    assertRefused(
        RecipeFolders.folder("bert-dense-norm")
            .with("2_Dense/config.json", "{\"in_features\":1048576,\"out_features\":1048576}"),
        "memory/2_Dense: Tensor 'linear.weight' in 2_Dense/model.safetensors: expected shape [1048576, 1048576], found [24, 32]. The weights do not fit config.json: check that both are of the same checkpoint.");
  }

  @Test
  void pickledWeightsAreNeverRead() throws IOException {
    MemoryFolder folder = new MemoryFolder();
    MemoryFolder complete = RecipeFolders.folder("bert-dense-norm");
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
        RecipeFolders.folder("bert-cls")
            .with("modules.json", modules(TRANSFORMER, POOLING, norm))
            .with("2_LayerNorm/config.json", "{\"dimension\": 32}")
            .withSafetensors(
                "2_LayerNorm/model.safetensors",
                "{\"norm.bias\":{\"dtype\":\"F32\",\"shape\":[32],\"data_offsets\":[0,128]},"
                    + "\"norm.weight\":{\"dtype\":\"F32\",\"shape\":[32],\"data_offsets\":[128,256]}}",
                256);

    assertThat(RecipeFolders.read(folder, EmbeddingOptions.DEFAULT).modules())
        .singleElement()
        .isInstanceOf(EmbeddingModule.LayerNorm.class);
  }

  @Test
  void pathsCannotLeadOutOfTheFolder() throws IOException {
    String away = "{\"type\":\"sentence_transformers.models.Pooling\",\"path\":\"../1_Pooling\"}";

    assertThatThrownBy(
            () ->
                RecipeFolders.read(
                    RecipeFolders.folder("bert-cls")
                        .with("modules.json", modules(TRANSFORMER, away)),
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
