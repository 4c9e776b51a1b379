package dev.headlight.image;

/**
 * An image of 8 bits per channel.
 *
 * @param channels 1 for gray, 3 for red, green and blue
 * @param data {@code [height * width * channels]}, row by row, channel last; must not be changed
 */
public record RasterImage(int width, int height, int channels, byte[] data) {
  /** The most pixels of an image that is read: what Pillow warns of. */
  public static final long MOST_PIXELS = 89_478_485;

  // Rec. 601 luma in 16-bit fixed point, as Pillow converts to gray.
  private static final int RED = 19595;
  private static final int GREEN = 38470;
  private static final int BLUE = 7471;
  private static final int HALF = 1 << 15;

  // Kinds of OpenCV, which Spark's image data source names.
  private static final int CV_8UC1 = 0;
  private static final int CV_8UC3 = 16;
  private static final int CV_8UC4 = 24;

  public RasterImage {
    requireSize(width, height);
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("expected 1 or 3 channels, found " + channels);
    }
    if (data.length != width * height * channels) {
      throw new IllegalArgumentException(
          "expected %d x %d x %d bytes, found %d".formatted(height, width, channels, data.length));
    }
  }

  /**
   * Decodes a PNG or JPEG file. An alpha channel is left out; a palette, gray with alpha, 16 bits
   * per channel and CMYK are converted. The orientation that cameras note in a JPEG file is not
   * looked at.
   *
   * @throws ImageException if the bytes are no image that is read
   */
  public static RasterImage decode(byte[] file) {
    return ImageDecoder.decode(file);
  }

  /**
   * An image as Spark's image data source gives it.
   *
   * @param channels 1, 3 or 4; the fourth is left out
   * @param mode OpenCV's kind: 0, 16 or 24
   * @param bytes row by row, channel last: gray, or blue, green, red and perhaps alpha
   * @throws ImageException if the values do not fit together
   */
  public static RasterImage ofSpark(int width, int height, int channels, int mode, byte[] bytes) {
    boolean known =
        (mode == CV_8UC1 && channels == 1)
            || (mode == CV_8UC3 && channels == 3)
            || (mode == CV_8UC4 && channels == 4);
    if (!known) {
      throw new ImageException(
          ImageException.NOT_AN_IMAGE,
          "expected mode 0, 16 or 24 with 1, 3 or 4 channels, found mode %d with %d channels"
              .formatted(mode, channels));
    }
    requireSize(width, height);
    long expected = (long) width * height * channels;
    if (bytes.length != expected) {
      throw new ImageException(
          ImageException.DAMAGED,
          "expected %d x %d x %d bytes, found %d".formatted(height, width, channels, bytes.length));
    }
    if (channels == 1) {
      return new RasterImage(width, height, 1, bytes);
    }
    byte[] data = new byte[width * height * 3];
    for (int pixel = 0; pixel < width * height; pixel++) {
      data[3 * pixel] = bytes[channels * pixel + 2];
      data[3 * pixel + 1] = bytes[channels * pixel + 1];
      data[3 * pixel + 2] = bytes[channels * pixel];
    }
    return new RasterImage(width, height, 3, data);
  }

  static void requireSize(int width, int height) {
    if (width < 1 || height < 1) {
      throw new ImageException(
          ImageException.DAMAGED,
          "expected an image of 1 x 1 pixels or more, found %d x %d".formatted(height, width));
    }
    if ((long) width * height > MOST_PIXELS) {
      throw new ImageException(
          ImageException.TOO_LARGE,
          "expected an image of at most %d pixels, found %d x %d"
              .formatted(MOST_PIXELS, height, width));
    }
  }

  /**
   * The same image in gray or in color.
   *
   * @param wanted 1 or 3
   */
  public RasterImage withChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    byte[] converted = new byte[width * height * wanted];
    for (int pixel = 0; pixel < width * height; pixel++) {
      if (wanted == 1) {
        converted[pixel] = luma(3 * pixel);
      } else {
        converted[3 * pixel] = data[pixel];
        converted[3 * pixel + 1] = data[pixel];
        converted[3 * pixel + 2] = data[pixel];
      }
    }
    return new RasterImage(width, height, wanted, converted);
  }

  private byte luma(int at) {
    int red = Byte.toUnsignedInt(data[at]);
    int green = Byte.toUnsignedInt(data[at + 1]);
    int blue = Byte.toUnsignedInt(data[at + 2]);
    return (byte) ((red * RED + green * GREEN + blue * BLUE + HALF) >> 16);
  }
}
