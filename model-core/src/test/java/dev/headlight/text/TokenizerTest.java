package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static final int ENOUGH = 100_000;

  static List<SentenceTransformerCase> cases() {
    return SentenceTransformerCase.all().toList();
  }

  private static Tokenizer open(String name) throws IOException {
    return open(Goldens.get(Goldens.SENTENCE_TRANSFORMERS, name));
  }

  private static Tokenizer open(GoldenCase golden) throws IOException {
    return TokenizerDefinition.require(golden.checkpointFolder()).open();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void idsEqualThoseOfSentenceTransformers(SentenceTransformerCase golden) throws IOException {
    int maxTokens = golden.golden().description().path("max_seq_length").asInt();
    JsonPrompts prompts = new JsonPrompts(golden);
    try (Tokenizer tokenizer = open(golden.golden())) {
      assertThat(tokenizer.definition().limit()).isGreaterThanOrEqualTo(maxTokens);
      assertIds(golden, "", prompts.defaultPrompt(), tokenizer, maxTokens);
      for (String name : golden.promptNames()) {
        assertIds(golden, "prompt." + name + ".", prompts.named(name), tokenizer, maxTokens);
      }
    }
  }

  /** Reads the prompts apart from the code under test. */
  private record JsonPrompts(SentenceTransformerCase golden) {
    String named(String name) {
      return golden
          .golden()
          .json("config_sentence_transformers.json")
          .path("prompts")
          .path(name)
          .asText();
    }

    String defaultPrompt() {
      String name =
          golden
              .golden()
              .json("config_sentence_transformers.json")
              .path("default_prompt_name")
              .asText("");
      return name.isEmpty() || name.equals("null") ? "" : named(name);
    }
  }

  private static void assertIds(
      SentenceTransformerCase golden,
      String prefix,
      String prompt,
      Tokenizer tokenizer,
      int maxTokens) {
    List<int[]> expected = golden.ids(prefix);
    List<String> texts = golden.texts();
    assertThat(expected).hasSameSizeAs(texts).hasSize(46);
    for (int i = 0; i < texts.size(); i++) {
      Tokenized tokenized = tokenizer.tokenize(prompt + texts.get(i), maxTokens);
      assertThat(tokenized.inputIds()).as(prefix + texts.get(i)).isEqualTo(expected.get(i));
      assertThat(tokenized.truncated())
          .as(prefix + texts.get(i))
          .isEqualTo(
              tokenizer.tokenize(prompt + texts.get(i), ENOUGH).inputIds().length > maxTokens);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "roberta-mean", "xlmr-unigram-norm", "qwen3-lasttoken-norm"})
  void textsAndPairsAreCutAsTheLibraryCutsThem(String name) throws IOException {
    List<String> texts = SentenceTransformerCase.named(name).texts();
    try (Tokenizer tokenizer = open(name)) {
      int added = tokenizer.addedTokens();
      for (int maxTokens : new int[] {added + 1, added + 4, added + 5, 17, 40}) {
        try (HuggingFaceTokenizer library = library(name, maxTokens)) {
          for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            assertSame(library.encode(text), tokenizer.tokenize(text, maxTokens), text);
            if (maxTokens > added + 3) {
              String second = texts.get((i * 7 + 3) % texts.size());
              assertSame(
                  library.encode(text, second),
                  tokenizer.tokenize(text, second, maxTokens),
                  text + " | " + second);
            }
          }
        }
      }
    }
  }

  private static HuggingFaceTokenizer library(String name, int maxTokens) throws IOException {
    return HuggingFaceTokenizer.newInstance(
        Goldens.get(Goldens.SENTENCE_TRANSFORMERS, name).folder().resolve("tokenizer.json"),
        Map.of(
            "padding",
            "false",
            "truncation",
            "true",
            "maxLength",
            Integer.toString(maxTokens),
            "modelMaxLength",
            Integer.toString(maxTokens)));
  }

  private static void assertSame(Encoding expected, Tokenized actual, String what) {
    assertThat(actual.inputIds()).as(what).isEqualTo(ints(expected.getIds()));
    int[] types = ints(expected.getTypeIds());
    boolean plain = Arrays.stream(types).allMatch(type -> type == 0);
    assertThat(actual.tokenTypeIds()).as(what).isEqualTo(plain ? new int[0] : types);
    assertThat(actual.truncated()).as(what).isEqualTo(expected.exceedMaxLength());
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  @Test
  void windowsCoverTheTextAndRepeatPromptAndOverlap() throws IOException {
    try (Tokenizer tokenizer = open("bert-prompt-excluded")) {
      String prompt = "Represent the question: ";
      String text = "The old sailor was reading a letter from Paris near the harbour. ".repeat(9);
      int[] whole = tokenizer.tokenize(prompt + text, ENOUGH).inputIds();
      int[] promptIds = tokenizer.tokenize(prompt, ENOUGH).inputIds();
      int head = promptIds.length - 1;
      for (int overlap : new int[] {0, 1, 5}) {
        List<Tokenized> windows = tokenizer.windows(prompt, text, 24, overlap).windows();
        List<Integer> covered = new ArrayList<>();
        for (int w = 0; w < windows.size(); w++) {
          int[] ids = windows.get(w).inputIds();
          assertThat(Arrays.copyOf(ids, head)).isEqualTo(Arrays.copyOf(whole, head));
          assertThat(ids[ids.length - 1]).isEqualTo(whole[whole.length - 1]);
          assertThat(windows.get(w).truncated()).isFalse();
          if (w + 1 < windows.size()) {
            assertThat(ids).hasSize(24);
          }
          int from = head + (w == 0 ? 0 : overlap);
          if (w > 0) {
            assertThat(covered.subList(covered.size() - overlap, covered.size()))
                .isEqualTo(Arrays.stream(ids, head, head + overlap).boxed().toList());
          }
          Arrays.stream(ids, from, ids.length - 1).forEach(covered::add);
        }
        assertThat(covered.stream().mapToInt(Integer::intValue).toArray())
            .isEqualTo(Arrays.copyOfRange(whole, head, whole.length - 1));
        assertThat(tokenizer.windows(prompt, text, 24, overlap).tokens()).isEqualTo(whole.length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "Hello world"})
  void aShortTextIsOneWindowEqualToTheText(String text) throws IOException {
    try (Tokenizer tokenizer = open("bert-cls")) {
      List<Tokenized> windows = tokenizer.windows("", text, 40, 10).windows();

      assertThat(windows).hasSize(1);
      assertThat(windows.get(0).inputIds()).isEqualTo(tokenizer.tokenize(text, 40).inputIds());
    }
  }

  @Test
  void limitsWithoutRoomAreRefused() throws IOException {
    try (Tokenizer tokenizer = open("bert-cls")) {
      assertThatThrownBy(() -> tokenizer.tokenize("a", 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "expected room for more than the 2 special tokens of a text, found a limit of 2 tokens");
      assertThatThrownBy(() -> tokenizer.tokenize("a", "b", 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "expected room for more than the 3 special tokens of a text, found a limit of 3 tokens");
      assertThatThrownBy(() -> tokenizer.windows("", "a", 10, 8))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "windows of 10 tokens, of which 2 are special and 0 are the prompt: expected an overlap from 0 to 7, found 8");
    }
  }

  @Test
  void halvesOfSurrogatePairsBecomeReplacementCharacters() throws IOException {
    try (Tokenizer tokenizer = open("roberta-mean")) {
      assertThat(tokenizer.tokenize("a\ud83db", ENOUGH).inputIds())
          .isEqualTo(tokenizer.tokenize("a\ufffdb", ENOUGH).inputIds());
      assertThat(tokenizer.tokenize("\udc00\ud83d\ude00\ud800", ENOUGH).inputIds())
          .isEqualTo(tokenizer.tokenize("\ufffd\ud83d\ude00\ufffd", ENOUGH).inputIds());
    }
  }

  @Test
  void aTextOfMillionsOfCharactersIsTruncatedNotRead() throws IOException {
    try (Tokenizer tokenizer = open("bert-cls")) {
      String text = "Paris ".repeat(Tokenizer.MOST_CHARACTERS / 6 + 1_000);
      Tokenized tokenized = tokenizer.tokenize(text, 40);

      assertThat(tokenized.truncated()).isTrue();
      assertThat(tokenized.inputIds())
          .isEqualTo(tokenizer.tokenize("Paris ".repeat(100), 40).inputIds());
      assertThatThrownBy(() -> tokenizer.windows("", text, 40, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "expected a text of at most 4194304 characters, found %d".formatted(text.length()));
    }
  }

  @Test
  void specialTokensHaveTheIdsOfTheVocabulary() throws IOException {
    try (Tokenizer bert = open("bert-cls");
        Tokenizer llama = open("llama-weightedmean");
        Tokenizer unigram = open("xlmr-unigram-norm")) {
      SpecialTokens tokens = bert.definition().specialTokens();
      assertThat(tokens.pad()).hasValue(0);
      assertThat(tokens.unk()).hasValue(1);
      assertThat(tokens.cls()).hasValue(2);
      assertThat(tokens.sep()).hasValue(3);
      assertThat(tokens.mask()).hasValue(4);
      assertThat(tokens.bos()).isEmpty();
      assertThat(tokens.all()).containsExactly(0, 1, 2, 3, 4);
      assertThat(llama.definition().specialTokens().bos()).hasValue(900);
      assertThat(llama.definition().specialTokens().eos()).hasValue(901);
      assertThat(llama.definition().specialTokens().pad()).hasValue(901);
      assertThat(llama.definition().specialTokens().cls()).isEmpty();
      assertThat(unigram.definition().specialTokens().cls()).hasValue(0);
      assertThat(unigram.definition().specialTokens().unk()).isPresent();
    }
  }

  @Test
  void aTokenAsTextIsWhatPeopleRead() throws IOException {
    try (Tokenizer bert = open("bert-cls");
        Tokenizer roberta = open("roberta-mean")) {
      int[] ids = bert.tokenize("Hello", ENOUGH).inputIds();
      assertThat(bert.text(ids[0])).isEqualTo("[CLS]");
      assertThat(bert.text(-1)).isEmpty();
      assertThat(bert.text(1_000_000)).isEmpty();
      StringBuilder whole = new StringBuilder();
      int[] old = roberta.tokenize("The old sailor", ENOUGH).inputIds();
      for (int i = 1; i + 1 < old.length; i++) {
        whole.append(roberta.text(old[i]));
      }
      assertThat(whole.toString()).isEqualTo("The old sailor");
    }
  }

  @Test
  void threadsShareATokenizer() throws Exception {
    SentenceTransformerCase golden = SentenceTransformerCase.named("qwen3-lasttoken-norm");
    List<int[]> expected = golden.ids("");
    List<String> texts = golden.texts();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try (Tokenizer tokenizer = open(golden.golden())) {
      List<Future<List<int[]>>> futures = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        futures.add(
            pool.submit(
                () ->
                    texts.stream().map(text -> tokenizer.tokenize(text, 96).inputIds()).toList()));
      }
      for (Future<List<int[]>> future : futures) {
        assertThat(future.get().toArray()).isEqualTo(expected.toArray());
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
