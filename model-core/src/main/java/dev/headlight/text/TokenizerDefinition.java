package dev.headlight.text;

import dev.headlight.config.StackConfig;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tokenizer of a checkpoint as data: {@code tokenizer.json}, with what the files beside it
 * change. Read once and sent to where texts are read.
 *
 * @param location of the file, for messages
 * @param json content of {@code tokenizer.json}, without truncation and padding of its own
 * @param specialTokens their ids
 * @param limit most tokens of a text, special tokens included, that the checkpoint's authors set; 0
 *     if they set none
 * @param truncatesLeft whether a text that is too long loses its start instead of its end
 */
public record TokenizerDefinition(
    String location, byte[] json, SpecialTokens specialTokens, int limit, boolean truncatesLeft)
    implements Serializable {
  /** The name of the file in a checkpoint folder. */
  public static final String FILE = "tokenizer.json";

  /** The longest tokenizer.json that is read; the largest vocabularies need a tenth of it. */
  private static final long MOST_BYTES = 256L << 20;

  /**
   * Reads a folder's tokenizer.
   *
   * @return nothing if the folder has no {@code tokenizer.json}
   * @throws CheckpointException if a file is malformed
   */
  public static Optional<TokenizerDefinition> read(CheckpointFolder folder) throws IOException {
    if (!folder.exists(FILE)) {
      return Optional.empty();
    }
    String location = folder.locationOf(FILE);
    String text = decode(location, folder.readAll(FILE, MOST_BYTES));
    TokenizerConfig config = TokenizerConfig.read(folder);
    TokenizerJson tokenizer = TokenizerJsonReader.read(location, text, config.contents());
    TextConfig sentence = TextConfig.read(folder);
    String prepared = tokenizer.prepared(sentence.lowercase());
    int limit = sentence.maxSeqLength() > 0 ? sentence.maxSeqLength() : config.modelMaxLength();
    return Optional.of(
        new TokenizerDefinition(
            location,
            prepared.getBytes(StandardCharsets.UTF_8),
            specialTokens(config, tokenizer),
            limit,
            config.truncatesLeft().orElse(tokenizer.truncatesLeft())));
  }

  /**
   * Reads a folder's tokenizer, which must be there.
   *
   * @throws CheckpointException if it is not, or is malformed
   */
  public static TokenizerDefinition require(CheckpointFolder folder) throws IOException {
    return read(folder)
        .orElseThrow(
            () ->
                new CheckpointException(
                    "%s: expected this file to turn text into token ids, found none. Write it with AutoTokenizer.from_pretrained(folder).save_pretrained(folder), or give token ids instead of text."
                        .formatted(folder.locationOf(FILE))));
  }

  /**
   * The most tokens of a text for a stack: the limit that the checkpoint's authors set, at most as
   * many as the stack has positions.
   *
   * @return 0 if nothing sets a limit
   */
  public int maxTokens(StackConfig stack) {
    int positions = stack.maxPositions();
    if (limit == 0 || positions == 0) {
      return Math.max(limit, positions);
    }
    return Math.min(limit, positions);
  }

  /**
   * Makes the tokenizer; the caller closes it.
   *
   * @throws CheckpointException if Hugging Face's library cannot make a tokenizer of it
   */
  public Tokenizer open() {
    return Tokenizer.open(this);
  }

  private static SpecialTokens specialTokens(TokenizerConfig config, TokenizerJson tokenizer) {
    SortedMap<String, Integer> named = new TreeMap<>();
    for (Map.Entry<String, String> name : config.names().entrySet()) {
      Integer id = tokenizer.ids().get(name.getValue());
      if (id != null) {
        named.put(name.getKey(), id);
      }
    }
    tokenizer.unknown().ifPresent(id -> named.putIfAbsent("unk_token", id));
    TreeSet<Integer> all = new TreeSet<>(tokenizer.special());
    all.addAll(tokenizer.ids().values());
    return new SpecialTokens(named, all);
  }

  private static String decode(String location, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          "%s: expected JSON in UTF-8, found other bytes. The file is damaged: fetch it again."
              .formatted(location),
          e);
    }
  }
}
