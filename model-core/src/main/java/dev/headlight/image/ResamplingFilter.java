package dev.headlight.image;

/** A filter of Pillow's: each pixel of a resized image is a weighted sum of pixels. */
enum ResamplingFilter {
  LANCZOS(3) {
    @Override
    double weight(double distance) {
      return distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
    }
  },
  BILINEAR(1) {
    @Override
    double weight(double distance) {
      double x = Math.abs(distance);
      return x < 1 ? 1 - x : 0;
    }
  },
  BICUBIC(2) {
    @Override
    double weight(double distance) {
      double a = -0.5; // Keys 1981
      double x = Math.abs(distance);
      if (x < 1) {
        return ((a + 2) * x - (a + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
  },
  BOX(0.5) {
    @Override
    double weight(double distance) {
      return distance > -0.5 && distance <= 0.5 ? 1 : 0;
    }
  },
  HAMMING(1) {
    @Override
    double weight(double distance) {
      double x = Math.abs(distance);
      if (x == 0) {
        return 1;
      }
      double angle = x * Math.PI;
      return x < 1 ? StrictMath.sin(angle) / angle * (0.54 + 0.46 * StrictMath.cos(angle)) : 0;
    }
  };

  private final double support;

  ResamplingFilter(double support) {
    this.support = support;
  }

  /** How far, in pixels, the filter reaches to each side. */
  double support() {
    return support;
  }

  /** The weight of a pixel at a distance from the center. */
  abstract double weight(double distance);

  private static double sinc(double x) {
    if (x == 0) {
      return 1;
    }
    double angle = x * Math.PI;
    return StrictMath.sin(angle) / angle;
  }
}
