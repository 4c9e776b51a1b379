package dev.headlight.text;

import java.util.List;

/**
 * A text as overlapping windows, each of which a model reads by itself.
 *
 * @param windows one or more; none counts as truncated
 * @param tokens of the text in one piece, special tokens and prompt included once
 */
public record Windows(List<Tokenized> windows, int tokens) {
  public Windows {
    windows = List.copyOf(windows);
  }
}
