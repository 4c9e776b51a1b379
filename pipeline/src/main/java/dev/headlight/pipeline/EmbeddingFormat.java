package dev.headlight.pipeline;

import java.util.Objects;
import java.util.Optional;

/**
 * What numbers embeddings are written as.
 *
 * @param precision kind of number
 * @param ranges file with the range of each dimension, a URI, for int8 and uint8; empty to take
 *     those of the run's own embeddings
 */
public record EmbeddingFormat(Precision precision, Optional<String> ranges) {
  /** float32, as they are computed. */
  public static final EmbeddingFormat FLOAT =
      new EmbeddingFormat(Precision.FLOAT, Optional.empty());

  /** Kinds of numbers, by the names that sentence-transformers has for them. */
  public enum Precision {
    /** {@code array<float>}. */
    FLOAT,
    /** {@code array<tinyint>}, from -128 to 127: the 256 steps of each dimension's range. */
    INT8,
    /** {@code array<smallint>}, from 0 to 255: the same. */
    UINT8,
    /**
     * {@code array<tinyint>}: a bit for each dimension, set where it is positive, 8 to a number,
     * less 128.
     */
    BINARY,
    /** {@code array<smallint>}, from 0 to 255: the same, not less 128. */
    UBINARY;

    /** Whether numbers depend on the range of each dimension. */
    boolean needsRanges() {
      return this == INT8 || this == UINT8;
    }
  }

  public EmbeddingFormat {
    Objects.requireNonNull(precision, "precision is null");
    if (ranges.isPresent() && !precision.needsRanges()) {
      throw new ConfigurationException(
          "embedding-ranges: expected none with embedding-precision %s, found %s. Only int8 and uint8 take ranges."
              .formatted(EncoderOptions.text(precision), ranges.get()));
    }
  }
}
