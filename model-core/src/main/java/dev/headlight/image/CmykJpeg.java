package dev.headlight.image;

import java.awt.image.Raster;

/**
 * JPEG files of four channels, which Adobe's programs write with inverted colors: as cyan, magenta,
 * yellow and black, or with the first three as luma and chroma. Converted as Pillow does, without
 * color profiles.
 */
final class CmykJpeg {
  private static final int YCCK = 2;

  // Rec. 601 in 16-bit fixed point, as in the JPEG library.
  private static final int HALF = 1 << 15;
  private static final int CR_TO_RED = 91881;
  private static final int CB_TO_BLUE = 116130;
  private static final int CR_TO_GREEN = -46802;
  private static final int CB_TO_GREEN = -22554;

  private CmykJpeg() {}

  static RasterImage convert(Raster raster, int adobeTransform) {
    if (raster.getNumBands() != 4) {
      throw new ImageException(
          ImageException.NOT_AN_IMAGE,
          "expected a JPEG file of 1, 3 or 4 channels, found " + raster.getNumBands());
    }
    boolean chroma = adobeTransform == YCCK;
    int width = raster.getWidth();
    byte[] data = new byte[width * raster.getHeight() * 3];
    int[] row = new int[width * 4];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        if (chroma) {
          fromChroma(row, 4 * x);
        }
        int white = row[4 * x + 3]; // inverted black
        for (int channel = 0; channel < 3; channel++) {
          int ink = 255 - row[4 * x + channel];
          data[(y * width + x) * 3 + channel] = (byte) (white - product(ink, white));
        }
      }
    }
    return new RasterImage(width, raster.getHeight(), 3, data);
  }

  /** Luma and chroma to red, green and blue, which are inverted cyan, magenta and yellow. */
  private static void fromChroma(int[] row, int at) {
    int luma = row[at];
    int cb = row[at + 1] - 128;
    int cr = row[at + 2] - 128;
    row[at] = 255 - clip(luma + ((CR_TO_RED * cr + HALF) >> 16));
    row[at + 1] = 255 - clip(luma + ((CB_TO_GREEN * cb + HALF + CR_TO_GREEN * cr) >> 16));
    row[at + 2] = 255 - clip(luma + ((CB_TO_BLUE * cb + HALF) >> 16));
  }

  private static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }

  /** a * b / 255, rounded. */
  private static int product(int a, int b) {
    int scaled = a * b + 128;
    return ((scaled >> 8) + scaled) >> 8;
  }
}
