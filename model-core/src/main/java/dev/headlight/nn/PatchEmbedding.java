package dev.headlight.nn;

import dev.headlight.config.Activation;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;
import java.util.List;

/**
 * Patch embedding of a vision transformer (Dosovitskiy 2020): the image is cut into squares, each
 * square is flattened and projected to d, learned tokens go before them, and positions are added.
 *
 * @param geometry of images and patches
 * @param projection {@code [d, channels * patch * patch]}
 * @param leadingTokens learned rows {@code [d]} before the patches
 * @param positions one row per token; rows of leading tokens without a position are zero
 * @param norm null for none
 */
public record PatchEmbedding(
    Geometry geometry,
    PackedLinear projection,
    List<float[]> leadingTokens,
    List<float[]> positions,
    Norm norm)
    implements InputEmbedding {

  /**
   * Images of {@code channels x height x width} values, cut into squares of {@code patch x patch}.
   */
  public record Geometry(int channels, int height, int width, int patch) {

    public int patches() {
      return (height / patch) * (width / patch);
    }

    int patchValues() {
      return channels * patch * patch;
    }
  }

  public PatchEmbedding {
    leadingTokens = List.copyOf(leadingTokens);
    positions = List.copyOf(positions);
  }

  /** T: leading tokens and patches. */
  public int tokens() {
    return leadingTokens.size() + geometry.patches();
  }

  /**
   * Embeds images, one after the other.
   *
   * @param images each {@code [channels * height * width]}, channel first
   * @param hidden {@code [images * T, d]}
   */
  public void embed(List<float[]> images, Matrix hidden, ForwardContext context) {
    Workspace workspace = context.workspace();
    int patches = geometry.patches();
    try (Workspace.Scope scope = workspace.scope()) {
      Matrix cut =
          workspace.matrix(images.size() * patches, geometry.patchValues()); // [B * P, C*p*p]
      for (int image = 0; image < images.size(); image++) {
        cut(images.get(image), cut.rows(image * patches, patches));
      }
      Matrix projected = workspace.matrix(cut.rows(), projection.outputs()); // [B * P, d]
      context.products().linear(cut, projection, Activation.NONE, projected, workspace);
      for (int image = 0; image < images.size(); image++) {
        assemble(projected.rows(image * patches, patches), hidden.rows(image * tokens(), tokens()));
      }
    }
    if (norm != null) {
      norm.apply(hidden, hidden, context);
    }
  }

  /**
   * Patches in row order; the values of a patch by channel, then row, then column, as convolution
   * kernels are flattened.
   */
  private void cut(float[] image, Matrix patches) {
    int size = geometry.patch();
    int across = geometry.width() / size;
    float[] values = new float[geometry.patchValues()];
    for (int p = 0; p < patches.rows(); p++) {
      int top = p / across * size;
      int left = p % across * size;
      int at = 0;
      for (int channel = 0; channel < geometry.channels(); channel++) {
        for (int y = 0; y < size; y++) {
          int from = (channel * geometry.height() + top + y) * geometry.width() + left;
          System.arraycopy(image, from, values, at, size);
          at += size;
        }
      }
      patches.writeRow(p, values, 0);
    }
  }

  private void assemble(Matrix projected, Matrix hidden) {
    float[] row = new float[projected.columns()];
    for (int t = 0; t < hidden.rows(); t++) {
      if (t < leadingTokens.size()) {
        System.arraycopy(leadingTokens.get(t), 0, row, 0, row.length);
      } else {
        projected.readRow(t - leadingTokens.size(), row, 0);
      }
      float[] position = positions.get(t);
      for (int j = 0; j < row.length; j++) {
        row[j] += position[j];
      }
      hidden.writeRow(t, row, 0);
    }
  }
}
