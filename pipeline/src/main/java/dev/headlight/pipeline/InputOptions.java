package dev.headlight.pipeline;

import java.util.Optional;

/**
 * Which column of a table is the input.
 *
 * @param type {@code auto}, or the name of a kind of input: {@code text}, {@code tokens}, {@code
 *     embeddings}
 * @param column its name; empty to look for a column that is recognised by its name
 */
public record InputOptions(String type, Optional<String> column) {
  /** A column that is recognised by its name. */
  public static final InputOptions AUTO = new InputOptions("auto", Optional.empty());

  public static InputOptions ofColumn(String column) {
    return new InputOptions("auto", Optional.of(column));
  }
}
