package dev.headlight.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokenizer that a {@code tokenizer.json} describes, run by Hugging Face's own library. Its
 * stored truncation and padding are overridden: nothing is padded, and truncation is up to the
 * caller.
 */
public final class TokenizerJson implements Tokenizer {
  /** The name of the file in a checkpoint folder. */
  public static final String FILE = "tokenizer.json";

  private static final long MOST_BYTES = 256L << 20;

  private final byte[] json;
  private final String location;
  // One native tokenizer per limit, since the limit is fixed when it is made.
  private final Map<Integer, HuggingFaceTokenizer> tokenizers = new ConcurrentHashMap<>();

  private TokenizerJson(byte[] json, String location) {
    this.json = json;
    this.location = location;
  }

  /** The file's content, if the folder has one. */
  public static Optional<byte[]> read(CheckpointFolder folder) {
    if (!folder.exists(FILE)) {
      return Optional.empty();
    }
    try {
      return Optional.of(folder.readAll(FILE, MOST_BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A tokenizer of a file's content.
   *
   * @param location where the content is from, for messages
   */
  public static TokenizerJson of(byte[] json, String location) {
    return new TokenizerJson(json.clone(), location);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CheckpointException if the file's content is not a tokenizer
   */
  @Override
  public Tokenized tokenize(String text, int maxTokens) {
    Encoding encoding = tokenizers.computeIfAbsent(maxTokens, this::open).encode(text);
    int[] typeIds = ints(encoding.getTypeIds());
    boolean plain = Arrays.stream(typeIds).allMatch(type -> type == 0);
    return new Tokenized(
        ints(encoding.getIds()), plain ? new int[0] : typeIds, encoding.exceedMaxLength());
  }

  private HuggingFaceTokenizer open(int maxTokens) {
    Map<String, String> options =
        Map.of(
            "addSpecialTokens", "true",
            "padding", "false",
            "truncation", "true",
            "maxLength", Integer.toString(maxTokens));
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          "%s: expected the description of a tokenizer, found that it cannot be read: %s. Save it again with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)."
              .formatted(location, e.getMessage()),
          e);
    }
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public void close() {
    tokenizers.values().forEach(HuggingFaceTokenizer::close);
    tokenizers.clear();
  }
}
