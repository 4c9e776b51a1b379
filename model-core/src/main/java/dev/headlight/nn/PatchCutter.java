package dev.headlight.nn;

import dev.headlight.config.EmbeddingConfig.PatchOrder;
import dev.headlight.config.EmbeddingConfig.Size;
import dev.headlight.tensor.Matrix;

/**
 * Cuts images into patches. Pixels at the right and the bottom that do not fill a patch are left
 * out.
 *
 * @param patch size of a patch in pixels
 * @param order of the values of a patch
 */
public record PatchCutter(int channels, Size patch, PatchOrder order) {

  /** Rows and columns of patches. */
  Size grid(PatchEmbedding.Image image) {
    return new Size(image.height() / patch.height(), image.width() / patch.width());
  }

  /**
   * Writes the patches of an image, row by row of the grid.
   *
   * @param patches {@code [P, channels * patch height * patch width]}
   */
  void cut(PatchEmbedding.Image image, Matrix patches) {
    int across = grid(image).width();
    float[] values = new float[patches.columns()];
    for (int p = 0; p < patches.rows(); p++) {
      int top = p / across * patch.height();
      int left = p % across * patch.width();
      for (int channel = 0; channel < channels; channel++) {
        for (int y = 0; y < patch.height(); y++) {
          int from = (channel * image.height() + top + y) * image.width() + left;
          for (int x = 0; x < patch.width(); x++) {
            values[place(channel, y, x)] = image.values()[from + x];
          }
        }
      }
      patches.writeRow(p, values, 0);
    }
  }

  private int place(int channel, int y, int x) {
    return order == PatchOrder.CHANNELS_FIRST
        ? (channel * patch.height() + y) * patch.width() + x
        : (y * patch.width() + x) * channels + channel;
  }
}
