package dev.headlight.config;

/**
 * Rotary position embedding of an attention layer.
 *
 * @param parameters base and scaling
 * @param rotaryDim leading columns of each head from which the frequencies are computed; k for full
 *     rotation
 */
public record RotaryConfig(RopeParameters parameters, int rotaryDim) {

  /** Pairs of columns that are rotated together; an odd number of columns is rounded up. */
  public int pairs() {
    return (rotaryDim + 1) / 2;
  }
}
