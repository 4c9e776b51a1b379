package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headlight.config.StackConfig;
import dev.headlight.families.Checkpoint;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.testing.MemoryFolder;
import dev.headlight.testing.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenizerDefinitionTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static byte[] json(String name) throws IOException {
    return Files.readAllBytes(
        SentenceTransformerCase.named(name).golden().folder().resolve("tokenizer.json"));
  }

  /** A tokenizer.json without the spaces, with some of its text replaced. */
  private static String edited(String name, String from, String to) throws IOException {
    String compact = JSON.readTree(json(name)).toString();
    assertThat(compact).contains(from);
    return compact.replace(from, to);
  }

  private static int[] ids(MemoryFolder folder, String text) throws IOException {
    try (Tokenizer tokenizer = TokenizerDefinition.require(folder).open()) {
      return tokenizer.tokenize(text, 64).inputIds();
    }
  }

  @Test
  void aFolderWithoutTokenizerHasNone() throws IOException {
    assertThat(TokenizerDefinition.read(new MemoryFolder())).isEmpty();
    assertThatThrownBy(() -> TokenizerDefinition.require(new MemoryFolder()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/tokenizer.json: expected this file to turn text into token ids, found none. Write it with AutoTokenizer.from_pretrained(folder).save_pretrained(folder), or give token ids instead of text.");
  }

  @Test
  void tokenizersWithoutLimitsOfTheirOwnAreKeptToTheByte() throws IOException {
    for (String name :
        List.of("bert-cls", "roberta-mean", "xlmr-unigram-norm", "llama-weightedmean")) {
      byte[] json = json(name);
      MemoryFolder folder = new MemoryFolder().with("tokenizer.json", json);
      assertThat(TokenizerDefinition.require(folder).json()).isEqualTo(json);
    }
  }

  @Test
  void truncationAndPaddingOfTheFileAreTakenOut() throws IOException {
    String baked = edited("bert-mean-norm-baked", "\"max_length\":16", "\"max_length\":15");
    TokenizerDefinition definition =
        TokenizerDefinition.require(new MemoryFolder().with("tokenizer.json", baked));
    String prepared = new String(definition.json(), StandardCharsets.UTF_8);

    assertThat(baked).contains("\"Fixed\":16");
    assertThat(prepared).contains("\"truncation\":null,\"padding\":null,\"added_tokens\"");
    assertThat(prepared.substring(prepared.indexOf("\"added_tokens\"")))
        .isEqualTo(baked.substring(baked.indexOf("\"added_tokens\"")));
    assertThat(definition.limit()).isZero();
    assertThat(definition.truncatesLeft()).isFalse();
  }

  @Test
  void lowerCasingComesBeforeAllElse() throws IOException {
    MemoryFolder plain = new MemoryFolder().with("tokenizer.json", json("roberta-mean"));
    for (String name : List.of("roberta-mean", "bert-max", "xlmr-unigram-norm")) {
      MemoryFolder asIs = new MemoryFolder().with("tokenizer.json", json(name));
      MemoryFolder lowered =
          new MemoryFolder()
              .with("tokenizer.json", json(name))
              .with("sentence_bert_config.json", "{\"do_lower_case\": true}");
      assertThat(ids(lowered, "The OLD Sailor")).isEqualTo(ids(asIs, "the old sailor"));
      assertThat(ids(lowered, "The OLD Sailor")).isNotEqualTo(ids(asIs, "The OLD Sailor"));
    }
    MemoryFolder without =
        new MemoryFolder()
            .with("tokenizer.json", edited("roberta-mean", "\"normalizer\":null,", ""))
            .with("sentence_bert_config.json", "{\"do_lower_case\": true}");
    assertThat(ids(without, "The OLD Sailor")).isEqualTo(ids(plain, "the old sailor"));
  }

  @Test
  void aTokenizerThatPutsTextInLowerCaseItselfIsLeftAlone() throws IOException {
    String lowering =
        edited("roberta-mean", "\"normalizer\":null,", "\"normalizer\":{\"type\":\"Lowercase\"},");
    MemoryFolder folder =
        new MemoryFolder()
            .with("tokenizer.json", lowering)
            .with("sentence_bert_config.json", "{\"do_lower_case\": true}");

    assertThat(new String(TokenizerDefinition.require(folder).json(), StandardCharsets.UTF_8))
        .isEqualTo(lowering);
  }

  @Test
  void theLimitIsThatOfSentenceTransformersElseThatOfTheTokenizer() throws IOException {
    StackConfig stack =
        Checkpoint.open(SentenceTransformerCase.named("bert-cls").golden().folder())
            .config()
            .stack();
    MemoryFolder folder = new MemoryFolder().with("tokenizer.json", json("bert-cls"));

    assertThat(TokenizerDefinition.require(folder).maxTokens(stack)).isEqualTo(72);
    folder.with("tokenizer_config.json", "{\"model_max_length\": 50}");
    assertThat(TokenizerDefinition.require(folder).maxTokens(stack)).isEqualTo(50);
    folder.with("sentence_bert_config.json", "{\"max_seq_length\": 60}");
    assertThat(TokenizerDefinition.require(folder).maxTokens(stack)).isEqualTo(60);
    folder.with("sentence_bert_config.json", "{\"max_seq_length\": null}");
    folder.with("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
    assertThat(TokenizerDefinition.require(folder).limit()).isZero();
    assertThat(TokenizerDefinition.require(folder).maxTokens(stack)).isEqualTo(72);
  }

  @Test
  void aTokenizerThatTruncatesLeftKeepsTheLastTokens() throws IOException {
    byte[] json = json("bert-cls");
    MemoryFolder left =
        new MemoryFolder()
            .with("tokenizer.json", json)
            .with("tokenizer_config.json", "{\"truncation_side\": \"left\"}");
    MemoryFolder right = new MemoryFolder().with("tokenizer.json", json);
    try (Tokenizer keepsLast = TokenizerDefinition.require(left).open();
        Tokenizer keepsFirst = TokenizerDefinition.require(right).open()) {
      int[] all = keepsFirst.tokenize("The old sailor was reading a letter", 64).inputIds();
      int[] last = keepsLast.tokenize("The old sailor was reading a letter", 5).inputIds();
      int[] first = keepsFirst.tokenize("The old sailor was reading a letter", 5).inputIds();

      int n = all.length;
      assertThat(first).containsExactly(all[0], all[1], all[2], all[3], all[n - 1]);
      assertThat(last).containsExactly(all[0], all[n - 4], all[n - 3], all[n - 2], all[n - 1]);
    }
  }

  @Test
  void outputsOtherThanHiddenStatesAreRefused() throws IOException {
    MemoryFolder folder =
        new MemoryFolder()
            .with("tokenizer.json", json("bert-cls"))
            .with("sentence_bert_config.json", "{\"transformer_task\": \"fill-mask\"}");

    assertThatThrownBy(() -> TokenizerDefinition.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/sentence_bert_config.json, transformer_task: expected 'feature-extraction', found 'fill-mask'. Models that turn texts into something else than hidden states are not read.");
  }

  @Test
  void whatIsNoTokenizerIsRefusedInWords() {
    assertRefused("[]", "memory/tokenizer.json: expected one JSON object, found something else.");
    assertRefused(
        "{}",
        "memory/tokenizer.json: expected a 'model', found something else. It is not the description of a tokenizer: save");
    assertRefused(
        "{\"model\": {}} {}",
        "memory/tokenizer.json: expected one JSON object and nothing after it, found");
    assertRefused(
        "{\"model\": {}, \"model\": {}}",
        "memory/tokenizer.json: expected each key once, and not 'model' twice, found");
    assertRefused("{\"model\"", "memory/tokenizer.json: expected JSON, found text that cannot");
    assertRefused(
        "{\"model\": " + "[".repeat(200) + "]".repeat(200) + "}",
        "memory/tokenizer.json: expected model: an object, found");
    assertRefused(
        "{\"x\": " + "[".repeat(200) + "]".repeat(200) + "}",
        "memory/tokenizer.json: expected JSON, found text that cannot be read as such at line 1 (Document nesting depth");
    MemoryFolder latin = new MemoryFolder().with("tokenizer.json", new byte[] {'{', (byte) 0xe4});
    assertThatThrownBy(() -> TokenizerDefinition.read(latin))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/tokenizer.json: expected JSON in UTF-8, found other bytes. The file is damaged: fetch it again.");
  }

  private static void assertRefused(String json, String message) {
    MemoryFolder folder = new MemoryFolder().with("tokenizer.json", json);
    assertThatThrownBy(() -> TokenizerDefinition.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void whatTheLibraryRefusesIsRefusedInWords() throws IOException {
    MemoryFolder folder =
        new MemoryFolder().with("tokenizer.json", "{\"model\": {\"type\": \"Magic\"}}");
    TokenizerDefinition definition = TokenizerDefinition.require(folder);

    assertThatThrownBy(definition::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            "memory/tokenizer.json: expected the description of a tokenizer, found one that Hugging Face's library refuses: ");
  }

  @Test
  void damagedFilesAreReadOrRefusedWithoutAnyOtherError() throws IOException {
    byte[] json = json("bert-cls");
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = Mutations.of(json, 2500, random);
      try {
        TokenizerDefinition.read(new MemoryFolder().with("tokenizer.json", damaged));
      } catch (CheckpointException e) {
        refused++;
        assertThat(e.getMessage()).startsWith("memory/tokenizer.json: expected ");
      }
    }
    assertThat(refused).isGreaterThan(100);
  }
}
