package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.model.Example;
import dev.headlight.model.InputRules;
import dev.headlight.model.Sequence;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.Row;

/**
 * Makes examples of rows, or tells why a row is bad.
 *
 * @param decoder null where there is no decoder input
 */
record RowReader(Side input, Side decoder, boolean truncates) implements Serializable {
  /** Stands for a column that is not there. */
  static final int ABSENT = -1;

  /** The column of segment numbers. */
  static final String SEGMENT = "segment";

  /**
   * Where one sequence of a row is.
   *
   * @param column its name, for messages
   * @param payload index in the row
   * @param pair index in the row, or {@link #ABSENT}
   * @param tokenTypeIds index in the row, or {@link #ABSENT}
   * @param attentionMask index in the row, or {@link #ABSENT}
   * @param segments index in the row, or {@link #ABSENT}
   * @param prompt stands before a text
   * @param maxTokens longest sequence
   * @param windowOverlap tokens that windows share, or {@link #ABSENT} where there are none
   */
  record Side(
      InputSource.Reader reader,
      String column,
      int payload,
      int pair,
      int tokenTypeIds,
      int attentionMask,
      int segments,
      String prompt,
      int maxTokens,
      int windowOverlap)
      implements Serializable {}

  /**
   * An example, or one for each window of a sequence that is too long.
   *
   * @param tokens to compute, windows together
   * @param wholeTokens tokens of the sequence in one piece
   * @param truncated whether one of its sequences was cut
   */
  record ReadExample(
      List<Example> windows, int tokens, int wholeTokens, int decoderTokens, boolean truncated) {}

  /**
   * Reads one row.
   *
   * @throws RejectedRow if it is bad
   */
  ReadExample read(Row row, LoadedModel model) throws RejectedRow {
    ModelConfig config = model.model().config();
    InputSource.ReadSequence read = read(row, input, model, config.stack());
    if (read.windows().size() > 1) {
      return windows(read, config);
    }
    Example example = Example.of(read.sequence());
    int decoderTokens = 0;
    boolean truncated = read.truncated();
    if (decoder != null && !row.isNullAt(decoder.payload())) {
      InputSource.ReadSequence decoded = read(row, decoder, model, config.decoder().orElseThrow());
      example = Example.of(read.sequence(), decoded.sequence());
      decoderTokens = tokens(decoded.sequence(), config.decoder().orElseThrow());
      truncated |= decoded.truncated();
    }
    Optional<InputRules.Problem> problem = InputRules.of(config).check(example);
    if (problem.isPresent()) {
      throw RejectedRow.of(problem.get());
    }
    int tokens = tokens(read.sequence(), config.stack());
    example = withSegments(row, example, config.stack());
    return new ReadExample(List.of(example), tokens, tokens, decoderTokens, truncated);
  }

  private static ReadExample windows(InputSource.ReadSequence read, ModelConfig config)
      throws RejectedRow {
    List<Example> windows = new ArrayList<>();
    int tokens = 0;
    for (Sequence window : read.windows()) {
      Example example = Example.of(window);
      Optional<InputRules.Problem> problem = InputRules.of(config).check(example);
      if (problem.isPresent()) {
        throw RejectedRow.of(problem.get());
      }
      windows.add(example);
      tokens = Math.addExact(tokens, tokens(window, config.stack()));
    }
    return new ReadExample(windows, tokens, read.wholeTokens(), 0, false);
  }

  private InputSource.ReadSequence read(Row row, Side side, LoadedModel model, StackConfig stack)
      throws RejectedRow {
    Optional<String> pair =
        isThere(row, side.pair()) ? Optional.of(row.getString(side.pair())) : Optional.empty();
    InputSource.Context context =
        new InputSource.Context(model, stack, side.prompt(), pair, side.maxTokens(), overlap(side));
    InputSource.ReadSequence read = side.reader().read(row.get(side.payload()), context);
    if (read.windows().size() > 1) {
      return read;
    }
    Sequence sequence = withTokenTypes(row, side, read.sequence());
    sequence = withoutPadding(row, side, sequence, stack);
    int tokens = tokens(sequence, stack);
    boolean whole = sequence instanceof Sequence.Pixels;
    if ((tokens > side.maxTokens() || read.truncated()) && (whole || !truncates)) {
      throw new RejectedRow(
          RejectedRow.TOO_LONG,
          "%s: expected at most %d tokens, found %s"
              .formatted(side.column(), side.maxTokens(), read.truncated() ? "more" : tokens));
    }
    if (tokens > side.maxTokens()) {
      return new InputSource.ReadSequence(cut(sequence, side.maxTokens()), true);
    }
    return new InputSource.ReadSequence(sequence, read.truncated());
  }

  /** Segments of the tokens that are left of the input. */
  private Example withSegments(Row row, Example example, StackConfig stack) throws RejectedRow {
    if (input.segments() == ABSENT || row.isNullAt(input.segments())) {
      return example;
    }
    int[] segments = InputPayload.ints((byte[]) row.get(input.segments()), SEGMENT);
    int tokens = tokens(example.input(), stack);
    if (segments.length < tokens) {
      requireAlike(SEGMENT, segments.length, input.column(), tokens);
    }
    return example.withSegments(Arrays.copyOf(segments, tokens));
  }

  private static OptionalInt overlap(Side side) {
    return side.windowOverlap() == ABSENT
        ? OptionalInt.empty()
        : OptionalInt.of(side.windowOverlap());
  }

  /** Where there are no token types, all are 0. */
  private static Sequence withTokenTypes(Row row, Side side, Sequence sequence) throws RejectedRow {
    if (!isThere(row, side.tokenTypeIds()) || !(sequence instanceof Sequence.Tokens tokens)) {
      return sequence;
    }
    int[] types = InputPayload.ints((byte[]) row.get(side.tokenTypeIds()), "token_type_ids");
    requireAlike("token_type_ids", types.length, side.column(), tokens.inputIds().length);
    return new Sequence.Tokens(tokens.inputIds(), types);
  }

  /** Leaves out the padding that a mask marks; the mask must be ones, then zeros. */
  private static Sequence withoutPadding(Row row, Side side, Sequence sequence, StackConfig stack)
      throws RejectedRow {
    if (!isThere(row, side.attentionMask())) {
      return sequence;
    }
    int[] mask = InputPayload.ints((byte[]) row.get(side.attentionMask()), "attention_mask");
    requireAlike("attention_mask", mask.length, side.column(), tokens(sequence, stack));
    int ones = 0;
    while (ones < mask.length && mask[ones] == 1) {
      ones++;
    }
    for (int i = ones; i < mask.length; i++) {
      if (mask[i] != 0) {
        throw new RejectedRow(
            RejectedRow.UNSUPPORTED_MASK,
            "attention_mask: expected ones followed by zeros (padding on the right), found %d at position %d after a 0"
                .formatted(mask[i], i));
      }
    }
    return cut(sequence, ones);
  }

  private static boolean isThere(Row row, int index) {
    return index != ABSENT && !row.isNullAt(index);
  }

  private static void requireAlike(String name, int length, String other, int otherLength)
      throws RejectedRow {
    if (length != otherLength) {
      throw new RejectedRow(
          RejectedRow.RAGGED,
          "%s: expected %d values, as many as %s has tokens, found %d"
              .formatted(name, otherLength, other, length));
    }
  }

  /** Tokens of a sequence; of an image those that the model makes of it. */
  static int tokens(Sequence sequence, StackConfig stack) {
    if (sequence instanceof Sequence.Tokens tokens) {
      return tokens.inputIds().length;
    }
    if (sequence instanceof Sequence.Embeddings embeddings) {
      return embeddings.tokens();
    }
    Sequence.Pixels pixels = (Sequence.Pixels) sequence;
    return ((EmbeddingConfig.Patches) stack.embedding()).tokens(pixels.height(), pixels.width());
  }

  private static Sequence cut(Sequence sequence, int tokens) {
    if (sequence instanceof Sequence.Tokens ids) {
      int[] types = ids.tokenTypeIds();
      return new Sequence.Tokens(
          Arrays.copyOf(ids.inputIds(), tokens),
          types.length == 0 ? types : Arrays.copyOf(types, tokens));
    }
    if (sequence instanceof Sequence.Embeddings embeddings && embeddings.tokens() > 0) {
      int width = embeddings.values().length / embeddings.tokens();
      return new Sequence.Embeddings(Arrays.copyOf(embeddings.values(), tokens * width), tokens);
    }
    return sequence;
  }
}
