package dev.headlight.image;

import dev.headlight.image.ImageSize.HeightWidth;

/** Cuts out the center of an image. */
final class CenterCrop {
  private CenterCrop() {}

  /** The center of an image; where the image is smaller, it is surrounded with zeros. */
  static RasterImage of(RasterImage image, HeightWidth size) {
    if (image.height() == size.height() && image.width() == size.width()) {
      return image;
    }
    RasterImage.requireSize(size.width(), size.height());
    int top = start(image.height(), size.height());
    int left = start(image.width(), size.width());
    int channels = image.channels();
    int columns = Math.min(image.width(), size.width());
    byte[] cut = new byte[size.height() * size.width() * channels];
    for (int y = 0; y < size.height(); y++) {
      int row = y + top;
      if (row >= 0 && row < image.height()) {
        int from = (row * image.width() + Math.max(0, left)) * channels;
        int to = (y * size.width() + Math.max(0, -left)) * channels;
        System.arraycopy(image.data(), from, cut, to, columns * channels);
      }
    }
    return new RasterImage(size.width(), size.height(), channels, cut);
  }

  /**
   * The place in the image where the cut begins, negative where zeros come first: of an odd number
   * of zeros, the greater half.
   */
  private static int start(int available, int wanted) {
    return available >= wanted ? (available - wanted) / 2 : -((wanted - available + 1) / 2);
  }
}
