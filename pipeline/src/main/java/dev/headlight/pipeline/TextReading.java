package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.text.TokenizerDefinition;
import java.util.Optional;

/**
 * How long sequences may be, and what stands before texts.
 *
 * @param wanted longest sequence that the user wants; 0 for none
 * @param tokenizer of the checkpoint, which may have a limit of its own for texts
 * @param prompt stands before each text
 * @param windows whether long texts are read as windows
 * @param overlap tokens that windows share; negative for an eighth of a window
 */
record TextReading(
    int wanted,
    Optional<TokenizerDefinition> tokenizer,
    String prompt,
    boolean windows,
    int overlap) {
  /** Longest sequence for models without a limit of their own. */
  static final int MOST_TOKENS_WITHOUT_LIMIT = 32768;

  private static final int DEFAULT_SHARE = 8;

  TextReading withoutPrompt() {
    return new TextReading(wanted, tokenizer, "", windows, overlap);
  }

  /** Tokens that windows share, or {@link RowReader#ABSENT} where there are none. */
  int windowOverlap(StackConfig stack) {
    if (!windows) {
      return RowReader.ABSENT;
    }
    return overlap >= 0 ? overlap : maxTokens(stack, true) / DEFAULT_SHARE;
  }

  /**
   * Longest sequence of a stack: what the user wants, else for texts what the checkpoint's authors
   * set or the stack was made for. Never more than it has rows of positions; rotary and relative
   * positions go on for as long as the user wants.
   */
  int maxTokens(StackConfig stack, boolean readsText) {
    if (stack.embedding() instanceof EmbeddingConfig.Patches) {
      // Images have as many tokens as their size makes; those of a wrong size are refused.
      return wanted > 0 ? wanted : MOST_TOKENS_WITHOUT_LIMIT;
    }
    if (wanted > 0) {
      return stack.positionLimit() > 0 ? Math.min(wanted, stack.positionLimit()) : wanted;
    }
    int positions = stack.maxPositions() > 0 ? stack.maxPositions() : Integer.MAX_VALUE;
    int authors = readsText ? tokenizer.orElseThrow().maxTokens(stack) : 0;
    int limit = authors > 0 ? authors : positions;
    return limit == Integer.MAX_VALUE ? MOST_TOKENS_WITHOUT_LIMIT : limit;
  }
}
