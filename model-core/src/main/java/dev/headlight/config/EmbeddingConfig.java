package dev.headlight.config;

import java.util.List;
import java.util.Optional;

/** What turns an input into the first hidden states {@code [T, d]}. */
public sealed interface EmbeddingConfig {

  /**
   * Token embedding with positions, token types, norm and projection, each of which may be absent.
   *
   * @param weight full name of the {@code [vocabulary, width]} table
   * @param width of the table; differs from d only where there is a projection (ELECTRA, small
   *     models)
   * @param scale factor of the table's rows, not of embeddings given from outside, which stand for
   *     scaled rows (Gemma, BART)
   * @param projection from width to d, after the norm
   */
  record Tokens(
      String weight,
      int vocabulary,
      int width,
      double scale,
      PositionEmbedding positions,
      Optional<TokenTypes> tokenTypes,
      Optional<NormConfig> norm,
      Optional<LinearConfig> projection)
      implements EmbeddingConfig {}

  /** Token type (segment) embeddings; sequences without token types use type 0. */
  record TokenTypes(String weight, int count) {}

  /**
   * Patch embedding of a vision transformer (Dosovitskiy 2020): the image is cut into rectangles,
   * each projected to d; leading class and register tokens are learned. Pixels at the right and the
   * bottom that do not fill a patch are left out.
   *
   * @param image size the model was made for
   * @param patch size of a patch
   * @param order of the values of a patch in the inputs of the projection
   * @param inputNorm of the values of a patch, before they are projected
   * @param projection {@code [d, channels * patch height * patch width]}, such as a flattened
   *     convolution kernel
   * @param outputNorm of projected patches, before positions are added
   * @param leadingTokens learned tokens before the patches
   * @param norm applied to the embedding output (CLIP's pre_layrnorm)
   */
  record Patches(
      int channels,
      Size image,
      Size patch,
      PatchOrder order,
      Optional<NormConfig> inputNorm,
      LinearConfig projection,
      Optional<NormConfig> outputNorm,
      List<LeadingToken> leadingTokens,
      PatchPositions positions,
      Optional<NormConfig> norm)
      implements EmbeddingConfig {

    public Patches {
      leadingTokens = List.copyOf(leadingTokens);
    }

    /** Rows and columns of patches in an image. */
    public Size grid(int height, int width) {
      return new Size(height / patch.height(), width / patch.width());
    }

    /** T of an image: leading tokens and patches. */
    public int tokens(int height, int width) {
      Size grid = grid(height, width);
      return leadingTokens.stream().mapToInt(LeadingToken::count).sum()
          + Math.multiplyExact(grid.height(), grid.width());
    }
  }

  /** Order of the values of a patch. */
  enum PatchOrder {
    /** By channel, then row, then column, as convolution kernels are flattened. */
    CHANNELS_FIRST,
    /** By row, then column, then channel. */
    CHANNELS_LAST
  }

  /** Height and width, of an image or a patch in pixels, or of a grid in patches. */
  record Size(int height, int width) {}

  /**
   * Learned tokens that stand before the patches: class, distillation or register tokens.
   *
   * @param shape of the tensor, which holds {@code count} rows of width d
   */
  record LeadingToken(String weight, int count, List<Integer> shape) {
    public LeadingToken {
      shape = List.copyOf(shape);
    }
  }

  /**
   * Position table of patches, row by row of the image, after those of leading tokens.
   *
   * @param shape of the tensor, which holds one row of width d per position
   * @param leadingTokens how many leading tokens have a row, the first ones
   */
  record PatchPositions(String weight, List<Integer> shape, int leadingTokens, Resizing resizing) {
    public PatchPositions {
      shape = List.copyOf(shape);
    }
  }

  /** What happens to the positions of patches for an image of another size. */
  enum Resizing {
    /** Such images are refused. */
    NONE,
    /** Bicubic interpolation (Keys 1981, a = -0.75), as DINOv2. */
    BICUBIC,
    /**
     * Bicubic interpolation that averages where it shrinks (a = -0.5), as DINOv2 with registers.
     */
    BICUBIC_ANTIALIASED
  }

  /** Positions that are added to token embeddings. */
  sealed interface PositionEmbedding {

    /** No positions are added (rotary and relative models). */
    record None() implements PositionEmbedding {}

    /**
     * A learned table {@code [count, width]}; position t uses row {@code t + offset}.
     *
     * @param offset 0, BART's 2, or RoBERTa's {@code pad_token_id + 1}
     * @param paddingId where not negative, tokens of this id take row {@code paddingId} and do not
     *     advance the position (RoBERTa, MPNet)
     */
    record Learned(String weight, int count, int offset, int paddingId)
        implements PositionEmbedding {}

    /**
     * Sines and cosines of fixed frequencies (Vaswani 2017), which no tensor holds.
     *
     * @param count longest sequence
     * @param interleaved whether sine and cosine alternate; otherwise all sines come first
     */
    record Sinusoidal(int count, boolean interleaved) implements PositionEmbedding {}
  }
}
