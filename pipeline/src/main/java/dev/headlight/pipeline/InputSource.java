package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.model.Sequence;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;

/**
 * A kind of input: which columns hold it, and how a value becomes a sequence. A new one is one file
 * and one line in {@link InputSources}.
 */
interface InputSource {
  /** The name users ask for it with. */
  String name();

  /** Columns that are recognised without being named. */
  List<String> columnNames();

  /** Columns that are recognised as the decoder's input. */
  List<String> decoderColumnNames();

  /** Whether a column of this type can hold it. */
  boolean accepts(DataType type);

  /** The types it accepts, for messages. */
  String acceptedTypes();

  /** Whether a stack reads this kind of input. */
  default boolean fits(StackConfig stack) {
    return stack.embedding() instanceof EmbeddingConfig.Tokens;
  }

  /** The column as it travels to the tasks: nothing that a {@code Row} would box. */
  Column payload(Column column, DataType type);

  /** What reads the values, in the tasks. */
  Reader reader(String column, DataType type);

  /** Makes sequences of values; sent to the tasks. */
  interface Reader extends Serializable {
    /**
     * Reads a value.
     *
     * @param payload what {@link InputSource#payload} made of it; null for a null
     * @throws RejectedRow if it is not a sequence
     */
    ReadSequence read(Object payload, Context context) throws RejectedRow;
  }

  /**
   * What reading depends on.
   *
   * @param stack that takes the sequence
   * @param prompt stands before a text
   * @param pair the second text of a pair
   * @param maxTokens longest sequence
   * @param windowOverlap tokens that windows of a long text share; empty where long texts are not
   *     read as windows
   */
  record Context(
      LoadedModel model,
      StackConfig stack,
      String prompt,
      Optional<String> pair,
      int maxTokens,
      OptionalInt windowOverlap) {}

  /**
   * A sequence, or the windows of one that is too long.
   *
   * @param windows one or more
   * @param truncated whether it was cut to the greatest length while it was read
   * @param wholeTokens tokens of the sequence in one piece, where it was read as several windows
   */
  record ReadSequence(List<Sequence> windows, boolean truncated, int wholeTokens) {
    ReadSequence(Sequence sequence, boolean truncated) {
      this(List.of(sequence), truncated, 0);
    }

    Sequence sequence() {
      return windows.get(0);
    }
  }
}
