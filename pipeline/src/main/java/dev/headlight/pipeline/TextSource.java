package dev.headlight.pipeline;

import dev.headlight.model.Sequence;
import dev.headlight.text.Tokenized;
import dev.headlight.text.Tokenizer;
import dev.headlight.text.Windows;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;

/**
 * {@code text}: strings, which the checkpoint's tokenizer turns into token ids. Where there is a
 * second text, the two become one sequence; where it is null, the first stands alone.
 */
final class TextSource implements InputSource {
  /** The column that is recognised as the second text of a pair. */
  static final String PAIR = "text_pair";

  @Override
  public String name() {
    return "text";
  }

  @Override
  public List<String> columnNames() {
    return List.of("text");
  }

  @Override
  public List<String> decoderColumnNames() {
    return List.of("decoder_text");
  }

  @Override
  public boolean accepts(DataType type) {
    return type instanceof StringType;
  }

  @Override
  public String acceptedTypes() {
    return "string";
  }

  @Override
  public Column payload(Column column, DataType type) {
    return column.cast("string");
  }

  @Override
  public Reader reader(String column, DataType type) {
    return (payload, context) -> read(column, (String) payload, context);
  }

  private static ReadSequence read(String column, String text, Context context) throws RejectedRow {
    if (text == null) {
      throw new RejectedRow(RejectedRow.NULL_INPUT, "%s is null".formatted(column));
    }
    Tokenizer tokenizer = context.model().tokenizer().orElseThrow();
    if (context.windowOverlap().isPresent()) {
      return windows(text, tokenizer, context);
    }
    String first = context.prompt() + text;
    Tokenized tokens =
        context.pair().isPresent()
            ? tokenizer.tokenize(first, context.pair().get(), context.maxTokens())
            : tokenizer.tokenize(first, context.maxTokens());
    return new ReadSequence(tokens.sequence(), tokens.truncated());
  }

  private static ReadSequence windows(String text, Tokenizer tokenizer, Context context)
      throws RejectedRow {
    try {
      Windows windows =
          tokenizer.windows(
              context.prompt(), text, context.maxTokens(), context.windowOverlap().getAsInt());
      List<Sequence> sequences = new ArrayList<>();
      windows.windows().forEach(window -> sequences.add(window.sequence()));
      return new ReadSequence(sequences, false, windows.tokens());
    } catch (IllegalArgumentException e) {
      throw new RejectedRow(RejectedRow.TOO_LONG, e.getMessage());
    }
  }
}
