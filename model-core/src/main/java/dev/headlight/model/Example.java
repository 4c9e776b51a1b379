package dev.headlight.model;

import java.util.Optional;

/**
 * One row's input: a sequence, and for an encoder-decoder model optionally the decoder's.
 *
 * @param decoderInput without it only the encoder runs
 */
public record Example(Sequence input, Optional<Sequence> decoderInput) {

  public static Example of(Sequence input) {
    return new Example(input, Optional.empty());
  }

  public static Example of(Sequence input, Sequence decoderInput) {
    return new Example(input, Optional.of(decoderInput));
  }
}
