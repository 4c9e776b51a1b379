package dev.headlight.pipeline;

import java.util.Optional;

/**
 * Which column of a table is the input.
 *
 * @param type {@code auto}, or the name of a kind of input: {@code text}, {@code tokens}, {@code
 *     embeddings}, {@code image}, {@code pixel_values}
 * @param column its name; empty to look for a column that is recognised by its name
 * @param pairColumn column of the second text of a pair; empty to look for {@code text_pair}
 */
public record InputOptions(String type, Optional<String> column, Optional<String> pairColumn) {
  /** Columns that are recognised by their names. */
  public static final InputOptions AUTO =
      new InputOptions("auto", Optional.empty(), Optional.empty());

  public InputOptions(String type, Optional<String> column) {
    this(type, column, Optional.empty());
  }

  public static InputOptions ofColumn(String column) {
    return new InputOptions("auto", Optional.of(column));
  }

  public InputOptions withPairColumn(String name) {
    return new InputOptions(type, column, Optional.of(name));
  }
}
