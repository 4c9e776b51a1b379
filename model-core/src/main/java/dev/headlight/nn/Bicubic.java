package dev.headlight.nn;

import dev.headlight.config.EmbeddingConfig.Size;
import java.util.ArrayList;
import java.util.List;

/**
 * Resizing of a grid of vectors by cubic convolution (Keys 1981) in both directions, with pixel
 * centres at half coordinates as PyTorch's {@code interpolate} has them.
 *
 * @param a slope of the kernel at distance 1
 * @param antialias whether the kernel is widened where the grid shrinks, and cut at the border
 *     instead of repeating it
 */
record Bicubic(double a, boolean antialias) {

  /** The kernels of PyTorch with and without {@code antialias}. */
  static Bicubic of(boolean antialias) {
    return antialias ? new Bicubic(-0.5, true) : new Bicubic(-0.75, false);
  }

  /** Weights of consecutive source positions, the first one of which is {@code first}. */
  private record Taps(int first, double[] weights) {}

  /**
   * Resizes.
   *
   * @param rows {@code from.height * from.width} vectors {@code [d]}, row by row
   * @return {@code to.height * to.width} vectors
   */
  List<float[]> resize(List<float[]> rows, Size from, Size to) {
    int width = rows.get(0).length;
    List<Taps> down = taps(from.height(), to.height());
    List<Taps> across = taps(from.width(), to.width());
    List<float[]> resized = new ArrayList<>(to.height() * to.width());
    for (Taps vertical : down) {
      for (Taps horizontal : across) {
        double[] sum = new double[width];
        for (int y = 0; y < vertical.weights().length; y++) {
          for (int x = 0; x < horizontal.weights().length; x++) {
            double weight = vertical.weights()[y] * horizontal.weights()[x];
            int row = clamp(vertical.first() + y, from.height());
            int column = clamp(horizontal.first() + x, from.width());
            float[] source = rows.get(row * from.width() + column);
            for (int j = 0; j < width; j++) {
              sum[j] += weight * source[j];
            }
          }
        }
        resized.add(narrowed(sum));
      }
    }
    return resized;
  }

  private static int clamp(int position, int length) {
    return Math.max(0, Math.min(length - 1, position));
  }

  private static float[] narrowed(double[] values) {
    float[] narrow = new float[values.length];
    for (int j = 0; j < values.length; j++) {
      narrow[j] = (float) values[j];
    }
    return narrow;
  }

  private List<Taps> taps(int from, int to) {
    List<Taps> taps = new ArrayList<>(to);
    double scale = (double) from / to;
    for (int position = 0; position < to; position++) {
      double centre = scale * (position + 0.5);
      taps.add(antialias ? widened(centre, scale, from) : fourTaps(centre - 0.5));
    }
    return taps;
  }

  private Taps fourTaps(double centre) {
    int first = (int) Math.floor(centre) - 1;
    double[] weights = new double[4];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = kernel(first + i - centre);
    }
    return new Taps(first, weights);
  }

  private Taps widened(double centre, double scale, int from) {
    double stretch = Math.max(1, scale);
    double support = 2 * stretch;
    int first = Math.max(0, (int) (centre - support + 0.5));
    int end = Math.min(from, (int) (centre + support + 0.5));
    double[] weights = new double[end - first];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = kernel((first + i - centre + 0.5) / stretch);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return new Taps(first, weights);
  }

  private double kernel(double distance) {
    double x = Math.abs(distance);
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }
}
