package dev.headlight.image;

import java.io.Serializable;

/** A size that an image is brought to. */
public sealed interface ImageSize extends Serializable {

  /** The height and width for an image. */
  HeightWidth of(int height, int width);

  /** The size that the image has. */
  record AsIs() implements ImageSize {
    @Override
    public HeightWidth of(int height, int width) {
      return new HeightWidth(height, width);
    }
  }

  /** A height and a width. */
  record HeightWidth(int height, int width) implements ImageSize {
    @Override
    public HeightWidth of(int imageHeight, int imageWidth) {
      return this;
    }
  }

  /** The shorter edge gets this length; the longer one keeps the proportion, rounded down. */
  record ShortestEdge(int length) implements ImageSize {
    @Override
    public HeightWidth of(int height, int width) {
      int shorter = Math.min(height, width);
      int longer = Math.max(height, width);
      double proportional = (double) ((long) length * longer) / shorter;
      if (proportional * length > RasterImage.MOST_PIXELS) {
        throw new ImageException(
            ImageException.TOO_LARGE,
            "expected an image whose shorter edge can become %d pixels long, found %d x %d: the result would have more than %d pixels"
                .formatted(length, height, width, RasterImage.MOST_PIXELS));
      }
      return width <= height
          ? new HeightWidth((int) proportional, length)
          : new HeightWidth(length, (int) proportional);
    }
  }
}
