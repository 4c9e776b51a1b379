package dev.headlight.nn;

import dev.headlight.config.Activation;
import dev.headlight.config.EmbeddingConfig.Size;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;
import java.util.List;

/**
 * Patch embedding of a vision transformer (Dosovitskiy 2020): the image is cut into rectangles,
 * each is flattened and projected to d, learned tokens go before them, and positions are added.
 *
 * @param inputNorm of flattened patches, or null
 * @param projection {@code [d, channels * patch height * patch width]}
 * @param outputNorm of projected patches, or null
 * @param leadingTokens learned rows {@code [d]} before the patches
 * @param norm of all tokens with their positions, or null
 */
public record PatchEmbedding(
    PatchCutter cutter,
    Norm inputNorm,
    PackedLinear projection,
    Norm outputNorm,
    List<float[]> leadingTokens,
    PatchPositions positions,
    Norm norm)
    implements InputEmbedding {

  /**
   * A preprocessed image.
   *
   * @param values {@code [channels * height * width]}, channel first
   */
  public record Image(float[] values, int height, int width) {}

  public PatchEmbedding {
    leadingTokens = List.copyOf(leadingTokens);
  }

  /** T: leading tokens and patches. */
  public int tokens(Image image) {
    Size grid = cutter.grid(image);
    return leadingTokens.size() + grid.height() * grid.width();
  }

  private int patches(Image image) {
    return tokens(image) - leadingTokens.size();
  }

  /**
   * Embeds images, one after the other.
   *
   * @param packing where the tokens of each image lie
   * @param hidden {@code [N, d]}
   */
  public void embed(List<Image> images, Packing packing, Matrix hidden, ForwardContext context) {
    Workspace workspace = context.workspace();
    int patches = images.stream().mapToInt(this::patches).sum();
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix cut = workspace.matrix(patches, projection.inputs()); // [P, C*ph*pw]
      int at = 0;
      for (Image image : images) {
        cutter.cut(image, cut.rows(at, patches(image)));
        at += patches(image);
      }
      if (inputNorm != null) {
        inputNorm.apply(cut, cut, context);
      }
      Matrix projected = workspace.matrix(cut.rows(), projection.outputs()); // [P, d]
      context.products().linear(cut, projection, Activation.NONE, projected, workspace);
      if (outputNorm != null) {
        outputNorm.apply(projected, projected, context);
      }
      at = 0;
      for (int i = 0; i < images.size(); i++) {
        Image image = images.get(i);
        assemble(
            projected.rows(at, patches(image)),
            positions.patches(cutter.grid(image)),
            hidden.rows(packing.start(i), packing.length(i)));
        at += patches(image);
      }
    }
    if (norm != null) {
      norm.apply(hidden, hidden, context);
    }
  }

  private void assemble(Matrix projected, List<float[]> patchPositions, Matrix hidden) {
    float[] row = new float[projected.columns()];
    int leading = leadingTokens.size();
    for (int t = 0; t < hidden.rows(); t++) {
      if (t < leading) {
        System.arraycopy(leadingTokens.get(t), 0, row, 0, row.length);
      } else {
        projected.readRow(t - leading, row, 0);
      }
      float[] position = t < leading ? positions.leading().get(t) : patchPositions.get(t - leading);
      for (int j = 0; j < row.length; j++) {
        row[j] += position[j];
      }
      hidden.writeRow(t, row, 0);
    }
  }
}
