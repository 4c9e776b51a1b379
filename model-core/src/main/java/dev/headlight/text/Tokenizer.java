package dev.headlight.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.Excerpt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/**
 * Turns texts into token ids with Hugging Face's own library. Nothing is padded. Holds native
 * memory until it is closed; safe for use by several threads, if none uses it after that.
 */
public final class Tokenizer implements AutoCloseable {
  /**
   * The most characters of a text that are looked at. The library keeps a few hundred bytes for
   * every character; no model reads as many tokens.
   */
  static final int MOST_CHARACTERS = 1 << 22;

  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "true", "padding", "false", "truncation", "false");

  private final TokenizerDefinition definition;
  private final HuggingFaceTokenizer tokenizer;
  private final int added;
  private final int addedToPair;

  private Tokenizer(TokenizerDefinition definition, HuggingFaceTokenizer tokenizer) {
    this.definition = definition;
    this.tokenizer = tokenizer;
    this.added = tokenizer.encode("").getIds().length;
    this.addedToPair = tokenizer.encode("", "").getIds().length;
  }

  static Tokenizer open(TokenizerDefinition definition) {
    HomeCalls.switchOff();
    HuggingFaceTokenizer tokenizer = null;
    try {
      tokenizer =
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(definition.json()), OPTIONS);
      return new Tokenizer(definition, tokenizer);
    } catch (IOException | RuntimeException e) {
      if (tokenizer != null) {
        tokenizer.close();
      }
      throw new CheckpointException(
          "%s: expected the description of a tokenizer, found one that Hugging Face's library refuses: %s. Save it again with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)."
              .formatted(definition.location(), Excerpt.of(String.valueOf(e.getMessage()))),
          e);
    }
  }

  /** The definition it was made of. */
  public TokenizerDefinition definition() {
    return definition;
  }

  /**
   * Tokenizes one text.
   *
   * @param maxTokens most tokens to return, special tokens included; where there are more, the
   *     text's last tokens are left out, or its first if the checkpoint says so
   * @throws IllegalArgumentException if there is no room for more than the special tokens
   */
  public Tokenized tokenize(String text, int maxTokens) {
    requireRoom(maxTokens, added);
    String read = firstCharacters(text);
    TokenSides sides = TokenSides.of(tokenizer.encode(read));
    int room = maxTokens - added;
    int kept = Math.min(sides.count(0), room);
    return sides.keep(kept, 0, definition.truncatesLeft(), read.length() < text.length());
  }

  /**
   * Tokenizes a pair of texts as one sequence, as models do that compare two texts. If it is too
   * long, the longer text is shortened until both are of the same length, then both.
   *
   * @param maxTokens most tokens to return, special tokens included
   * @throws IllegalArgumentException if there is no room for more than the special tokens
   */
  public Tokenized tokenize(String text, String second, int maxTokens) {
    requireRoom(maxTokens, addedToPair);
    String read = firstCharacters(text);
    String secondRead = firstCharacters(second);
    TokenSides sides = TokenSides.of(tokenizer.encode(read, secondRead));
    int room = maxTokens - addedToPair;
    int first = sides.count(0);
    int kept = TokenSides.shareOfFirst(first, sides.count(1), room);
    int keptSecond = Math.min(sides.count(1), room - kept);
    boolean cut = read.length() < text.length() || secondRead.length() < second.length();
    return sides.keep(kept, keptSecond, definition.truncatesLeft(), cut);
  }

  /**
   * Tokenizes a text of any length as overlapping windows. Each begins with the prompt and has the
   * special tokens of a text of its own.
   *
   * @param prompt stands before the text; may be empty
   * @param maxTokens most tokens of a window, special tokens and prompt included
   * @param overlap tokens of the text that a window repeats from the end of the one before
   * @return one window or more, of which none counts as truncated; all but the last have {@code
   *     maxTokens} tokens
   * @throws IllegalArgumentException if prompt and overlap leave no room in a window, or the text
   *     has more than 4 Mi characters
   */
  public Windows windows(String prompt, String text, int maxTokens, int overlap) {
    String whole = prompt + text;
    if (whole.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "expected a text of at most %d characters, found %d"
              .formatted(MOST_CHARACTERS, whole.length()));
    }
    requireRoom(maxTokens, added);
    TokenSides sides = TokenSides.of(tokenizer.encode(clean(whole)));
    int repeated = prompt.isEmpty() ? 0 : TokenSides.of(tokenizer.encode(clean(prompt))).count(0);
    repeated = Math.min(repeated, sides.count(0));
    int room = maxTokens - added - repeated;
    if (overlap < 0 || overlap >= room) {
      throw new IllegalArgumentException(
          "windows of %d tokens, of which %d are special and %d are the prompt: expected an overlap from 0 to %d, found %d"
              .formatted(maxTokens, added, repeated, room - 1, overlap));
    }
    return sides.windows(repeated, room, overlap);
  }

  /**
   * How many tokens a prompt takes at the start of a text, special tokens before it included.
   *
   * @param maxTokens most tokens of a text
   * @return 0 for an empty prompt
   */
  public int promptTokens(String prompt, int maxTokens) {
    if (prompt.isEmpty()) {
      return 0;
    }
    int[] ids = tokenize(prompt, maxTokens).inputIds();
    boolean closed = definition.specialTokens().all().contains(ids[ids.length - 1]);
    return closed ? ids.length - 1 : ids.length;
  }

  /** How many special tokens every text gets. */
  public int addedTokens() {
    return added;
  }

  /**
   * A token as text, as people read it: without the marks for the start of a word, but with those
   * for its continuation. Part of a character comes out as the replacement character.
   *
   * @return empty for an id without a token
   */
  public String text(int tokenId) {
    return tokenId < 0 ? "" : tokenizer.decode(new long[] {tokenId}, false);
  }

  private static void requireRoom(int maxTokens, int added) {
    if (maxTokens <= added) {
      throw new IllegalArgumentException(
          "expected room for more than the %d special tokens of a text, found a limit of %d tokens"
              .formatted(added, maxTokens));
    }
  }

  private static String firstCharacters(String text) {
    if (text.length() <= MOST_CHARACTERS) {
      return clean(text);
    }
    int end = MOST_CHARACTERS;
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return clean(text.substring(0, end));
  }

  /** Halves of surrogate pairs are no text; they become replacement characters. */
  private static String clean(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int codePoint = text.codePointAt(i);
        if (codePoint <= Character.MAX_VALUE) {
          return replaceHalves(text);
        }
        i++;
      }
    }
    return text;
  }

  private static String replaceHalves(String text) {
    int[] codePoints =
        text.codePoints()
            .map(
                codePoint ->
                    codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
                        ? '\ufffd'
                        : codePoint)
            .toArray();
    return new String(codePoints, 0, codePoints.length);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
