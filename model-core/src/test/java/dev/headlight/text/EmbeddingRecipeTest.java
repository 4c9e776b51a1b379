package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headlight.model.ForwardOutput.StackOutput;
import dev.headlight.testing.MemoryFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingRecipeTest {
  @Test
  void aFolderWithoutModulesIsPooledAsItsFamilyIsKnownFor() throws IOException {
    EmbeddingRecipe recipe = RecipeFolders.read(new MemoryFolder(), EmbeddingOptions.DEFAULT);

    assertThat(recipe.description())
        .isEqualTo(
            "{\"pooling\":[\"cls\"],\"pooling_source\":\"family bert\",\"include_prompt\":true,\"prompt\":\"\","
                + "\"modules\":[],\"truncate_dim\":null,\"normalize\":false,\"width\":32}");
  }

  @Test
  void theDescriptionSaysWhatTheFolderAndTheOptionsSay() throws IOException {
    assertThat(
            RecipeFolders.read(
                    RecipeFolders.folder("bert-dense-norm"),
                    EmbeddingOptions.DEFAULT.withTruncateDim(16).withNormalize(true))
                .description())
        .isEqualTo(
            "{\"pooling\":[\"mean\"],\"pooling_source\":\"modules.json\",\"include_prompt\":true,\"prompt\":\"\","
                + "\"modules\":[\"Dense\",\"Normalize\"],\"truncate_dim\":16,\"normalize\":true,\"width\":16}");
    assertThat(
            RecipeFolders.read(
                    RecipeFolders.folder("bert-prompt-excluded"),
                    EmbeddingOptions.DEFAULT.withPooling("max,mean").withPromptName("query"))
                .description())
        .isEqualTo(
            "{\"pooling\":[\"max\",\"mean\"],\"pooling_source\":\"option\",\"include_prompt\":false,"
                + "\"prompt\":\"Represent the question: \",\"modules\":[],\"truncate_dim\":null,\"normalize\":false,\"width\":64}");
  }

  @Test
  void promptsAreFoundByNameAndOnesOwnGoesFirst() throws IOException {
    MemoryFolder folder = RecipeFolders.folder("bert-prompt-excluded");
    EmbeddingOptions plain = EmbeddingOptions.DEFAULT;

    assertThat(RecipeFolders.read(folder, plain).prompt()).isEqualTo("Represent the document: ");
    assertThat(RecipeFolders.read(folder, plain.withPromptName("query")).prompt())
        .isEqualTo("Represent the question: ");
    assertThat(
            RecipeFolders.read(folder, plain.withPromptName("query").withPrompt("title: "))
                .prompt())
        .isEqualTo("title: ");
    assertThat(RecipeFolders.read(folder, plain.withPrompt("")).prompt()).isEmpty();
    assertThat(
            RecipeFolders.read(RecipeFolders.folder("bert-cls"), plain.withPromptName("query"))
                .prompt())
        .isEmpty();
    assertThatThrownBy(() -> RecipeFolders.read(folder, plain.withPromptName("qeury")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prompt-name: expected one of document, query, found 'qeury'");
  }

  @Test
  void aTruncationThatTheCheckpointSaysHoldsUnlessAnotherIsAsked() throws IOException {
    MemoryFolder folder =
        RecipeFolders.folder("bert-cls")
            .with("config_sentence_transformers.json", "{\"truncate_dim\": 8}");

    assertThat(RecipeFolders.read(folder, EmbeddingOptions.DEFAULT).width()).isEqualTo(8);
    assertThat(RecipeFolders.read(folder, EmbeddingOptions.DEFAULT.withTruncateDim(20)).width())
        .isEqualTo(20);
    assertThatThrownBy(
            () -> RecipeFolders.read(folder, EmbeddingOptions.DEFAULT.withTruncateDim(33)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "truncate-dim: expected at most 32, the width of this model's embeddings, found 33");
  }

  @Test
  void aPoolingThatDoesNotFitTheModulesIsRefused() {
    assertThatThrownBy(
            () ->
                RecipeFolders.read(
                    RecipeFolders.folder("bert-dense-norm"),
                    EmbeddingOptions.DEFAULT.withPooling("mean,cls")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Dense: expected vectors of 32 values, found 64");
  }

  @Test
  void windowsAreAveragedByTheirTokensBeforeTheModules() throws IOException {
    EmbeddingRecipe recipe =
        RecipeFolders.read(
            RecipeFolders.folder("bert-mean-norm"), EmbeddingOptions.DEFAULT.withTruncateDim(2));
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
    EmbeddingRecipe recipe =
        RecipeFolders.read(RecipeFolders.folder("bert-cls"), EmbeddingOptions.DEFAULT);

    assertThatThrownBy(() -> recipe.embed(new StackOutput(1, 16, new float[16], List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected hidden states of width 32, found 16");
  }

  @Test
  void aRecipeTravelsAsBytes() throws Exception {
    EmbeddingRecipe recipe =
        RecipeFolders.read(RecipeFolders.folder("bert-dense-norm"), EmbeddingOptions.DEFAULT);
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
}
