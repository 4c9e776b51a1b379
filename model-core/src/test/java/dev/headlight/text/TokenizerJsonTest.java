package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerJsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"bert-mean-norm", "bert-mean-norm-baked", "roberta-mean", "xlmr-unigram-norm"})
  void idsEqualThoseOfHuggingFace(String name) {
    GoldenCase golden = Goldens.get(Goldens.SENTENCE_TRANSFORMERS, name);
    int limit = golden.description().path("max_seq_length").asInt();
    JsonNode texts = golden.json("texts.json");
    Tensors expected = golden.tensors("expected.safetensors");
    long[] ids = expected.longs("input_ids");
    long[] offsets = expected.longs("offsets");
    try (Tokenizer tokenizer = tokenizer(golden)) {
      for (int i = 0; i < texts.size(); i++) {
        Tokenizer.Tokenized actual = tokenizer.tokenize(texts.path(i).asText(), limit);

        assertThat(Arrays.stream(actual.inputIds()).asLongStream().toArray())
            .as("%s, text %d", name, i)
            .containsExactly(Arrays.copyOfRange(ids, (int) offsets[i], (int) offsets[i + 1]));
        assertThat(actual.tokenTypeIds()).isEmpty();
        int untruncated = tokenizer.tokenize(texts.path(i).asText(), 10_000).inputIds().length;
        assertThat(actual.truncated()).isEqualTo(untruncated > limit);
      }
    }
  }

  @Test
  void limitCountsSpecialTokens() {
    GoldenCase golden = Goldens.get(Goldens.SENTENCE_TRANSFORMERS, "bert-mean-norm");
    try (Tokenizer tokenizer = tokenizer(golden)) {
      String text = golden.json("texts.json").path(2).asText();
      int[] all = tokenizer.tokenize(text, 48).inputIds();
      Tokenizer.Tokenized cut = tokenizer.tokenize(text, all.length - 1);

      assertThat(cut.inputIds()).hasSize(all.length - 1);
      assertThat(cut.inputIds()[all.length - 2]).isEqualTo(all[all.length - 1]);
      assertThat(cut.truncated()).isTrue();
      assertThat(tokenizer.tokenize(text, all.length).truncated()).isFalse();
    }
  }

  @Test
  void contentThatIsNoTokenizerIsRefused() {
    byte[] json = "{\"version\": 1}".getBytes(StandardCharsets.UTF_8);
    try (Tokenizer tokenizer = TokenizerJson.of(json, "folder/tokenizer.json")) {
      assertThatThrownBy(() -> tokenizer.tokenize("text", 8))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(
              "folder/tokenizer.json: expected the description of a tokenizer, found that it cannot be read");
    }
  }

  private static Tokenizer tokenizer(GoldenCase golden) {
    return TokenizerJson.of(
        TokenizerJson.read(golden.checkpointFolder()).orElseThrow(), golden.toString());
  }
}
