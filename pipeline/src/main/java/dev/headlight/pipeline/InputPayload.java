package dev.headlight.pipeline;

import dev.headlight.model.Sequence;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads what {@link InputCodec} made of an array. */
final class InputPayload {
  private InputPayload() {}

  /** Values of an array, in rows where it was nested. {@code width} is -1 where it was flat. */
  record Floats(float[] values, int rows, int width) {}

  /**
   * Numbers of an {@code array<float>} or {@code array<array<float>>}.
   *
   * @throws RejectedRow if it is null, has null elements or rows of different widths
   */
  static Floats floats(byte[] payload, String column) throws RejectedRow {
    ByteBuffer buffer = open(payload, column);
    int rows = -1;
    int width = -1;
    if (buffer.getInt(0) == InputCodec.MATRIX) {
      rows = buffer.getInt();
      width = buffer.getInt();
    }
    float[] values = new float[buffer.remaining() / Float.BYTES];
    buffer.asFloatBuffer().get(values);
    return new Floats(values, rows, width);
  }

  /**
   * Numbers of an {@code array<array<array<float>>>}, by channel, row and column.
   *
   * @throws RejectedRow if it is null, has null elements or is no rectangular block
   */
  static Sequence.Pixels pixels(byte[] payload, String column) throws RejectedRow {
    ByteBuffer buffer = open(payload, column);
    int channels = buffer.getInt();
    int height = buffer.getInt();
    int width = buffer.getInt();
    float[] values = new float[buffer.remaining() / Float.BYTES];
    buffer.asFloatBuffer().get(values);
    return new Sequence.Pixels(values, channels, height, width);
  }

  /**
   * Numbers of an {@code array<int>} or {@code array<bigint>}.
   *
   * @throws RejectedRow if it is null, has null elements or numbers beyond 32 bits
   */
  static int[] ints(byte[] payload, String column) throws RejectedRow {
    ByteBuffer buffer = open(payload, column);
    int[] values = new int[buffer.remaining() / Long.BYTES];
    for (int i = 0; i < values.length; i++) {
      long value = buffer.getLong();
      if ((int) value != value) {
        throw new RejectedRow(
            RejectedRow.TOKEN_OUT_OF_RANGE,
            "%s: expected numbers of a vocabulary, found %d at position %d"
                .formatted(column, value, i));
      }
      values[i] = (int) value;
    }
    return values;
  }

  private static ByteBuffer open(byte[] payload, String column) throws RejectedRow {
    if (payload == null) {
      throw new RejectedRow(RejectedRow.NULL_INPUT, "%s is null".formatted(column));
    }
    ByteBuffer buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    int status = buffer.getInt();
    switch (status) {
      case InputCodec.MATRIX, InputCodec.VECTOR, InputCodec.CUBE -> {
        return buffer;
      }
      case InputCodec.NULL_ELEMENT ->
          throw new RejectedRow(
              RejectedRow.NULL_INPUT,
              "%s: expected no nulls, found one at position %d".formatted(column, buffer.getInt()));
      case InputCodec.RAGGED ->
          throw new RejectedRow(
              RejectedRow.RAGGED,
              "%s: row %d is of another width than row 0: expected %d values, found %d"
                  .formatted(column, buffer.getInt(4), buffer.getInt(8), buffer.getInt(12)));
      case InputCodec.RAGGED_CHANNELS ->
          throw new RejectedRow(
              RejectedRow.RAGGED,
              "%s: channel %d is of another height than channel 0: expected %d rows, found %d"
                  .formatted(column, buffer.getInt(4), buffer.getInt(8), buffer.getInt(12)));
      case InputCodec.TOO_LARGE ->
          throw new RejectedRow(
              RejectedRow.TOO_LONG,
              "%s: %d x %d values are more than one array can hold"
                  .formatted(column, buffer.getInt(4), buffer.getInt(8)));
      default -> throw new IllegalStateException("unknown status %d".formatted(status));
    }
  }
}
