package dev.headlight.image;

/**
 * Resizes images as Pillow does: with a filter that widens when the image shrinks, columns first,
 * then rows, each rounded to 8 bits, and weights in fixed point.
 */
final class Resizer {
  /** Bits behind the point that weights have: 32 less 8 for a value, less 2 for the sum. */
  private static final int PRECISION = 32 - 8 - 2;

  private static final int HALF = 1 << (PRECISION - 1);

  private Resizer() {}

  static RasterImage resize(RasterImage image, int height, int width, Resampling resampling) {
    if (image.width() == width && image.height() == height) {
      return image;
    }
    RasterImage.requireSize(width, height);
    return resampling
        .filter()
        .map(filter -> filtered(image, height, width, filter))
        .orElseGet(() -> nearest(image, height, width));
  }

  private static RasterImage filtered(
      RasterImage image, int height, int width, ResamplingFilter filter) {
    RasterImage narrowed = image;
    if (image.width() != width) {
      RasterImage.requireSize(width, image.height());
      narrowed = columns(image, Weights.of(image.width(), width, filter));
    }
    return image.height() == height
        ? narrowed
        : rows(narrowed, Weights.of(image.height(), height, filter));
  }

  /**
   * What each output pixel of a line is the sum of.
   *
   * @param first the first input pixel of each output pixel
   * @param fixed its weights from there on, in fixed point
   */
  private record Weights(int[] first, int[][] fixed) {

    static Weights of(int inputs, int outputs, ResamplingFilter filter) {
      double scale = (double) inputs / outputs;
      double filterScale = Math.max(scale, 1);
      double support = filter.support() * filterScale;
      double step = 1 / filterScale;
      int[] first = new int[outputs];
      int[][] fixed = new int[outputs][];
      for (int output = 0; output < outputs; output++) {
        double center = (output + 0.5) * scale;
        int from = Math.max(0, (int) (center - support + 0.5));
        int to = Math.min(inputs, (int) (center + support + 0.5));
        double[] weights = new double[to - from];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
          weights[i] = filter.weight((i + from - center + 0.5) * step);
          sum += weights[i];
        }
        first[output] = from;
        fixed[output] = fixed(weights, sum);
      }
      return new Weights(first, fixed);
    }

    private static int[] fixed(double[] weights, double sum) {
      int[] fixed = new int[weights.length];
      for (int i = 0; i < weights.length; i++) {
        double weight = sum == 0 ? weights[i] : weights[i] / sum;
        double scaled = weight * (1 << PRECISION);
        fixed[i] = (int) (weight < 0 ? scaled - 0.5 : scaled + 0.5);
      }
      return fixed;
    }
  }

  private static RasterImage columns(RasterImage image, Weights weights) {
    int channels = image.channels();
    int width = weights.first().length;
    byte[] input = image.data();
    byte[] output = new byte[image.height() * width * channels];
    for (int y = 0; y < image.height(); y++) {
      int row = y * image.width() * channels;
      for (int x = 0; x < width; x++) {
        int[] fixed = weights.fixed()[x];
        for (int channel = 0; channel < channels; channel++) {
          int at = row + weights.first()[x] * channels + channel;
          int sum = HALF;
          for (int i = 0; i < fixed.length; i++) {
            sum += (input[at + i * channels] & 0xff) * fixed[i];
          }
          output[(y * width + x) * channels + channel] = clip(sum);
        }
      }
    }
    return new RasterImage(width, image.height(), channels, output);
  }

  private static RasterImage rows(RasterImage image, Weights weights) {
    int height = weights.first().length;
    int rowBytes = image.width() * image.channels();
    byte[] input = image.data();
    byte[] output = new byte[height * rowBytes];
    int[] sums = new int[rowBytes];
    for (int y = 0; y < height; y++) {
      java.util.Arrays.fill(sums, HALF);
      int[] fixed = weights.fixed()[y];
      for (int i = 0; i < fixed.length; i++) {
        int row = (weights.first()[y] + i) * rowBytes;
        for (int x = 0; x < rowBytes; x++) {
          sums[x] += (input[row + x] & 0xff) * fixed[i];
        }
      }
      for (int x = 0; x < rowBytes; x++) {
        output[y * rowBytes + x] = clip(sums[x]);
      }
    }
    return new RasterImage(image.width(), height, image.channels(), output);
  }

  private static byte clip(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
  }

  /** Places are found by adding up, since Pillow does so too and the sums are not exact. */
  private static RasterImage nearest(RasterImage image, int height, int width) {
    int channels = image.channels();
    int[] columns = places(image.width(), width);
    int[] rows = places(image.height(), height);
    byte[] output = new byte[height * width * channels];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = (rows[y] * image.width() + columns[x]) * channels;
        System.arraycopy(image.data(), from, output, (y * width + x) * channels, channels);
      }
    }
    return new RasterImage(width, height, channels, output);
  }

  private static int[] places(int inputs, int outputs) {
    double scale = (double) inputs / outputs;
    int[] places = new int[outputs];
    double place = scale * 0.5;
    for (int output = 0; output < outputs; output++) {
      places[output] = Math.min(inputs - 1, (int) place);
      place += scale;
    }
    return places;
  }
}
