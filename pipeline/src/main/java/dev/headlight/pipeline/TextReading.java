package dev.headlight.pipeline;

import dev.headlight.config.StackConfig;
import dev.headlight.text.TokenizerDefinition;
import java.util.Optional;

/**
 * How long sequences may be, and what stands before texts.
 *
 * @param wanted longest sequence that the user wants; 0 for none
 * @param tokenizer of the checkpoint, which may have a limit of its own for texts
 * @param prompt stands before each text
 */
record TextReading(int wanted, Optional<TokenizerDefinition> tokenizer, String prompt) {
  /** Longest sequence for models without a limit of their own. */
  static final int MOST_TOKENS_WITHOUT_LIMIT = 32768;

  TextReading withoutPrompt() {
    return new TextReading(wanted, tokenizer, "");
  }

  /**
   * Longest sequence of a stack: what the user wants, else for texts what the checkpoint's authors
   * set, and never more than the stack has positions.
   */
  int maxTokens(StackConfig stack, boolean readsText) {
    int positions = stack.maxPositions() > 0 ? stack.maxPositions() : Integer.MAX_VALUE;
    if (wanted > 0) {
      return Math.min(wanted, positions);
    }
    int authors = readsText ? tokenizer.orElseThrow().maxTokens(stack) : 0;
    int limit = authors > 0 ? authors : positions;
    return limit == Integer.MAX_VALUE ? MOST_TOKENS_WITHOUT_LIMIT : limit;
  }
}
