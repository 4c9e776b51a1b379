package dev.headlight.model;

/**
 * One input sequence, before any embedding. Arrays are not copied and must not be changed while in
 * use.
 */
public sealed interface Sequence {

  /**
   * Token ids.
   *
   * @param inputIds {@code [T]}
   * @param tokenTypeIds {@code [T]}, or empty for type 0 throughout
   */
  record Tokens(int[] inputIds, int[] tokenTypeIds) implements Sequence {

    /** Tokens without token types. */
    public static Tokens of(int... inputIds) {
      return new Tokens(inputIds, new int[0]);
    }
  }

  /**
   * Embeddings that replace the token embedding; positions are still added, as with Hugging Face's
   * {@code inputs_embeds}.
   *
   * @param values {@code [T * width]}, row-major
   * @param tokens T
   */
  record Embeddings(float[] values, int tokens) implements Sequence {}

  /**
   * A preprocessed image.
   *
   * @param pixelValues {@code [channels * height * width]}, channel first
   */
  record Pixels(float[] pixelValues, int channels, int height, int width) implements Sequence {}
}
