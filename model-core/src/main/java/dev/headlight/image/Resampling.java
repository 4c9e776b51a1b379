package dev.headlight.image;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How an image is resized: Pillow's filters, with its names and numbers. */
public enum Resampling {
  NEAREST(0, 0),
  LANCZOS(1, 3) {
    @Override
    double weight(double distance) {
      return distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
    }
  },
  BILINEAR(2, 1) {
    @Override
    double weight(double distance) {
      double x = Math.abs(distance);
      return x < 1 ? 1 - x : 0;
    }
  },
  BICUBIC(3, 2) {
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
  BOX(4, 0.5) {
    @Override
    double weight(double distance) {
      return distance > -0.5 && distance <= 0.5 ? 1 : 0;
    }
  },
  HAMMING(5, 1) {
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

  private final int number;
  private final double support;

  Resampling(int number, double support) {
    this.number = number;
    this.support = support;
  }

  /** Its number in {@code preprocessor_config.json}. */
  int number() {
    return number;
  }

  /** How far, in pixels, the filter reaches to each side; 0 for the nearest pixel. */
  double support() {
    return support;
  }

  /** The weight of a pixel at a distance from the center. */
  double weight(double distance) {
    throw new UnsupportedOperationException("the nearest pixel has no weights");
  }

  static Optional<Resampling> numbered(int number) {
    return Arrays.stream(values()).filter(filter -> filter.number == number).findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values())
        .map(
            filter -> filter.number + " (" + filter.name().toLowerCase(java.util.Locale.ROOT) + ")")
        .toList();
  }

  private static double sinc(double x) {
    if (x == 0) {
      return 1;
    }
    double angle = x * Math.PI;
    return StrictMath.sin(angle) / angle;
  }
}
