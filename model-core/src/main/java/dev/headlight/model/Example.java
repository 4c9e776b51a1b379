package dev.headlight.model;

import java.util.Optional;

/**
 * One row's input: a sequence, and for an encoder-decoder model optionally the decoder's.
 *
 * @param decoderInput without it only the encoder runs
 * @param segments {@code [T]} of the input: 0 for given context, other numbers for what followed
 *     it; empty where there are none. Only the statistics of the group {@code lookback} see them
 */
public record Example(Sequence input, Optional<Sequence> decoderInput, int[] segments) {
  private static final int[] NONE = new int[0];

  public Example(Sequence input, Optional<Sequence> decoderInput) {
    this(input, decoderInput, NONE);
  }

  public Example withSegments(int[] numbers) {
    return new Example(input, decoderInput, numbers);
  }

  public static Example of(Sequence input) {
    return new Example(input, Optional.empty());
  }

  public static Example of(Sequence input, Sequence decoderInput) {
    return new Example(input, Optional.of(decoderInput));
  }
}
