package dev.headlight.text;

import dev.headlight.model.Sequence;

/**
 * A text as a model reads it, special tokens included. The arrays must not be changed.
 *
 * @param inputIds {@code [T]}
 * @param tokenTypeIds {@code [T]}, or empty if all are 0
 * @param truncated whether tokens of the text were left out
 */
public record Tokenized(int[] inputIds, int[] tokenTypeIds, boolean truncated) {

  /** The same as input of a model. */
  public Sequence.Tokens sequence() {
    return new Sequence.Tokens(inputIds, tokenTypeIds);
  }
}
