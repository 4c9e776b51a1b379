package dev.headlight.pipeline;

import java.io.Serializable;

/** Bytes that a sequence takes, by its tokens. */
@FunctionalInterface
interface Cost extends Serializable {
  Cost NONE = tokens -> 0;

  /** Bytes for a sequence of this many tokens. */
  long bytes(long tokens);

  static Cost perSequence(long bytes) {
    return tokens -> bytes;
  }

  static Cost perToken(long bytes) {
    return tokens -> bytes * tokens;
  }

  /**
   * Bytes for every pair of tokens.
   *
   * @param mostTokens longer sequences take nothing
   */
  static Cost perPair(long bytes, long mostTokens) {
    return tokens -> tokens > mostTokens ? 0 : bytes * tokens * tokens;
  }

  default Cost plus(Cost other) {
    return tokens -> bytes(tokens) + other.bytes(tokens);
  }
}
