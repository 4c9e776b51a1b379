package dev.headlight.text;

/** Turns text into token ids. Implementations are safe for use by several threads. */
public interface Tokenizer extends AutoCloseable {

  /**
   * A text as a model reads it, special tokens included.
   *
   * @param inputIds {@code [T]}
   * @param tokenTypeIds {@code [T]}, or empty if all are 0
   * @param truncated whether tokens were left out
   */
  record Tokenized(int[] inputIds, int[] tokenTypeIds, boolean truncated) {}

  /**
   * Tokenizes one text.
   *
   * @param maxTokens most tokens to return, special tokens included; the text's last tokens are
   *     left out where there are more
   */
  Tokenized tokenize(String text, int maxTokens);

  /** Frees native memory. */
  @Override
  void close();
}
