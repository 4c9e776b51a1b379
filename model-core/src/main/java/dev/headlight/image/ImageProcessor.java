package dev.headlight.image;

import dev.headlight.config.ModelConfig;
import dev.headlight.image.ImageSize.HeightWidth;
import dev.headlight.model.Sequence;
import dev.headlight.safetensors.CheckpointFolder;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Makes pixel values of images: resize, cut out the center, scale, normalize, in this order, each
 * of which may be left out. Immutable, safe for use by several threads.
 *
 * @param channels what images are converted to: 1 for gray, 3 for color
 * @param size what images are resized to
 * @param resampling the filter of the resizing
 * @param crop the center that is cut out; where an image is smaller, it is surrounded with zeros
 * @param rescaleFactor factor of the values from 0 to 255; 1 leaves them as they are
 * @param normalization what is subtracted and divided by after that
 */
public record ImageProcessor(
    int channels,
    ImageSize size,
    Resampling resampling,
    ImageSize crop,
    double rescaleFactor,
    Normalization normalization)
    implements Serializable {

  /**
   * Mean and standard deviation of each channel.
   *
   * @param mean {@code [channels]}
   * @param std {@code [channels]}
   */
  public record Normalization(float[] mean, float[] std) implements Serializable {

    /** Changes nothing. */
    public static Normalization none(int channels) {
      float[] ones = new float[channels];
      Arrays.fill(ones, 1f);
      return new Normalization(new float[channels], ones);
    }
  }

  public ImageProcessor {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("expected 1 or 3 channels, found " + channels);
    }
    if (normalization.mean().length != channels || normalization.std().length != channels) {
      throw new IllegalArgumentException(
          "expected mean and std of %d channels, found %d and %d"
              .formatted(channels, normalization.mean().length, normalization.std().length));
    }
  }

  /**
   * Reads the {@code preprocessor_config.json} of a checkpoint.
   *
   * @throws dev.headlight.safetensors.CheckpointException if the file is missing or malformed, or
   *     asks for something that is not implemented
   */
  public static ImageProcessor read(CheckpointFolder folder, ModelConfig config)
      throws IOException {
    return new ImageProcessorReader(folder, config).read();
  }

  /**
   * The pixel values of an image, as transformers' processors on Pillow compute them.
   *
   * @throws ImageException if the image cannot be brought to the size
   */
  public Sequence.Pixels process(RasterImage image) {
    RasterImage current = image.withChannels(channels);
    HeightWidth target = size.of(current.height(), current.width());
    current = Resizer.resize(current, target.height(), target.width(), resampling);
    current = CenterCrop.of(current, crop.of(current.height(), current.width()));
    return values(current);
  }

  /** From rows of pixels with channels to channels with rows, and to numbers. */
  private Sequence.Pixels values(RasterImage image) {
    int pixels = image.width() * image.height();
    float[] values = new float[pixels * channels];
    for (int channel = 0; channel < channels; channel++) {
      float[] valueOfByte = valueOfByte(channel);
      for (int pixel = 0; pixel < pixels; pixel++) {
        int level = Byte.toUnsignedInt(image.data()[pixel * channels + channel]);
        values[channel * pixels + pixel] = valueOfByte[level];
      }
    }
    return new Sequence.Pixels(values, channels, image.height(), image.width());
  }

  private float[] valueOfByte(int channel) {
    float[] values = new float[256];
    for (int level = 0; level < values.length; level++) {
      float value = (float) (level * rescaleFactor);
      values[level] = (value - normalization.mean()[channel]) / normalization.std()[channel];
    }
    return values;
  }
}
