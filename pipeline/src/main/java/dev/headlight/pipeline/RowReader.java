package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.model.Example;
import dev.headlight.model.InputRules;
import dev.headlight.model.Sequence;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
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
      int maxTokens)
      implements Serializable {}

  /** An example, and whether one of its sequences was cut. */
  record ReadExample(Example example, int tokens, int decoderTokens, boolean truncated) {}

  /**
   * Reads one row.
   *
   * @throws RejectedRow if it is bad
   */
  ReadExample read(Row row, LoadedModel model) throws RejectedRow {
    ModelConfig config = model.model().config();
    InputSource.ReadSequence read = read(row, input, model, config.stack());
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
    return new ReadExample(
        withSegments(row, example, config.stack()),
        tokens(read.sequence(), config.stack()),
        decoderTokens,
        truncated);
  }

  private InputSource.ReadSequence read(Row row, Side side, LoadedModel model, StackConfig stack)
      throws RejectedRow {
    Optional<String> pair =
        side.pair() == ABSENT ? Optional.empty() : Optional.ofNullable(row.getString(side.pair()));
    InputSource.Context context =
        new InputSource.Context(model, stack, side.prompt(), pair, side.maxTokens());
    InputSource.ReadSequence read = side.reader().read(row.get(side.payload()), context);
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

  private static Sequence withTokenTypes(Row row, Side side, Sequence sequence) throws RejectedRow {
    if (side.tokenTypeIds() == ABSENT || !(sequence instanceof Sequence.Tokens tokens)) {
      return sequence;
    }
    int[] types = InputPayload.ints((byte[]) row.get(side.tokenTypeIds()), "token_type_ids");
    requireAlike("token_type_ids", types.length, side.column(), tokens.inputIds().length);
    return new Sequence.Tokens(tokens.inputIds(), types);
  }

  /** Leaves out the padding that a mask marks; the mask must be ones, then zeros. */
  private static Sequence withoutPadding(Row row, Side side, Sequence sequence, StackConfig stack)
      throws RejectedRow {
    if (side.attentionMask() == ABSENT) {
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
  private static int tokens(Sequence sequence, StackConfig stack) {
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
