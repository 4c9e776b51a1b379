package dev.headlight.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.JsonFiles;
import dev.headlight.config.ModelConfig;
import dev.headlight.image.ImageProcessor.Normalization;
import dev.headlight.image.ImageSize.HeightWidth;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.Excerpt;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads {@code preprocessor_config.json} in the forms of transformers 4 and 5. */
final class ImageProcessorReader {
  static final String FILE = "preprocessor_config.json";
  private static final int MOST_PIXELS_OF_AN_EDGE = 1 << 14;
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);
  private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

  /**
   * What a processor does where the file says nothing.
   *
   * @param crop edge of the center that is cut out; 0 for none
   * @param square whether a size of one number is that of both edges, not of the shorter one
   */
  private record Defaults(
      Resampling resampling,
      ImageSize size,
      int crop,
      boolean square,
      List<Double> mean,
      List<Double> std) {}

  private static final Defaults CLIP =
      new Defaults(
          Resampling.BICUBIC, new ImageSize.ShortestEdge(224), 224, false, CLIP_MEAN, CLIP_STD);

  /** By the name of the processor without its ending. */
  private static final Map<String, Defaults> PROCESSORS =
      Map.of(
          "ViT",
          new Defaults(Resampling.BILINEAR, new HeightWidth(224, 224), 0, true, HALF, HALF),
          "DeiT",
          new Defaults(Resampling.BICUBIC, new HeightWidth(256, 256), 224, true, HALF, HALF),
          "Bit",
          CLIP,
          "CLIP",
          CLIP,
          "Siglip",
          new Defaults(Resampling.BICUBIC, new HeightWidth(224, 224), 0, false, HALF, HALF));

  /** The processors of families, for files that do not name one. */
  private static final Map<String, String> OF_FAMILY =
      Map.of("vit", "ViT", "deit", "DeiT", "dinov2", "Bit", "clip", "CLIP");

  /** Steps of other processors that are not implemented. */
  private static final List<String> UNSUPPORTED_STEPS =
      List.of("do_pad", "do_flip_channel_order", "do_reduce_labels", "do_thumbnail");

  private final CheckpointFolder folder;
  private final ModelConfig model;
  private final String location;

  ImageProcessorReader(CheckpointFolder folder, ModelConfig model) {
    this.folder = folder;
    this.model = model;
    this.location = folder.locationOf(FILE);
  }

  ImageProcessor read() throws IOException {
    if (!(model.stack().embedding() instanceof EmbeddingConfig.Patches patches)) {
      throw new CheckpointException(
          "%s: expected a model of images, found one of the family %s"
              .formatted(folder.location(), model.family()));
    }
    if (!folder.exists(FILE)) {
      throw new CheckpointException(
          "%s: expected this file to make pixel values of images, found none. Fetch it, write it with AutoImageProcessor, or give pixel values instead of images."
              .formatted(location));
    }
    JsonNode config = JsonFiles.read(folder, FILE);
    Defaults defaults = defaults(config);
    requireKnownSteps(config);
    int channels = channels(patches);
    ImageProcessor processor =
        new ImageProcessor(
            channels,
            flag(config, "do_resize", true) ? size(config, defaults) : new ImageSize.AsIs(),
            resampling(config, defaults),
            flag(config, "do_center_crop", defaults.crop() > 0)
                ? crop(config, defaults)
                : new ImageSize.AsIs(),
            flag(config, "do_rescale", true) ? factor(config) : 1,
            flag(config, "do_normalize", true)
                ? new Normalization(
                    numbers(config, "image_mean", defaults.mean(), channels),
                    deviations(config, defaults, channels))
                : Normalization.none(channels));
    requireSizeOfModel(processor, patches);
    return processor;
  }

  private void requireKnownSteps(JsonNode config) {
    for (String step : UNSUPPORTED_STEPS) {
      if (config.path(step).asBoolean(false)) {
        throw wrong(step, "false: this step is not implemented", "true");
      }
    }
  }

  private int channels(EmbeddingConfig.Patches patches) {
    int channels = patches.channels();
    if (channels != 1 && channels != 3) {
      throw new CheckpointException(
          "%s: expected a model of images with 1 or 3 channels, found %d. Give pixel values instead of images."
              .formatted(folder.location(), channels));
    }
    return channels;
  }

  private Defaults defaults(JsonNode config) {
    String type = "";
    for (String key : List.of("image_processor_type", "feature_extractor_type")) {
      type = type.isEmpty() ? config.path(key).asText("") : type;
    }
    String name =
        type.isEmpty()
            ? OF_FAMILY.getOrDefault(model.family(), "ViT")
            : type.replaceFirst("(ImageProcessor(Fast|Pil)?|FeatureExtractor)$", "");
    Defaults defaults = PROCESSORS.get(name);
    if (defaults == null) {
      Set<String> known = new TreeSet<>(PROCESSORS.keySet());
      throw wrong(
          "image_processor_type",
          "one of " + String.join(", ", known) + ", with ImageProcessor behind it",
          type);
    }
    return defaults;
  }

  private boolean flag(JsonNode config, String key, boolean fallback) {
    JsonNode value = config.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw wrong(key, "true or false", value.asText());
    }
    return value.booleanValue();
  }

  private Resampling resampling(JsonNode config, Defaults defaults) {
    JsonNode value = config.path("resample");
    if (value.isMissingNode() || value.isNull()) {
      return defaults.resampling();
    }
    return (value.isInt()
            ? Resampling.numbered(value.intValue())
            : java.util.Optional.<Resampling>empty())
        .orElseThrow(
            () ->
                wrong(
                    "resample", "one of " + String.join(", ", Resampling.names()), value.asText()));
  }

  private ImageSize size(JsonNode config, Defaults defaults) {
    JsonNode value = config.path("size");
    if (value.isMissingNode() || value.isNull()) {
      return defaults.size();
    }
    if (value.has("shortest_edge") && !value.path("longest_edge").isInt()) {
      return new ImageSize.ShortestEdge(edge("size.shortest_edge", value.path("shortest_edge")));
    }
    if (value.isInt() && !flag(config, "default_to_square", defaults.square())) {
      return new ImageSize.ShortestEdge(edge("size", value));
    }
    return heightWidth("size", value);
  }

  private HeightWidth crop(JsonNode config, Defaults defaults) {
    JsonNode value = config.path("crop_size");
    if (!value.isMissingNode() && !value.isNull()) {
      return heightWidth("crop_size", value);
    }
    if (defaults.crop() == 0) {
      throw wrong("crop_size", "the size of the center to cut out", "nothing");
    }
    return new HeightWidth(defaults.crop(), defaults.crop());
  }

  private HeightWidth heightWidth(String key, JsonNode value) {
    if (value.isInt()) {
      return new HeightWidth(edge(key, value), edge(key, value));
    }
    if (value.isArray() && value.size() == 2) {
      return new HeightWidth(edge(key, value.path(0)), edge(key, value.path(1)));
    }
    if (value.has("height") && value.has("width")) {
      return new HeightWidth(
          edge(key + ".height", value.path("height")), edge(key + ".width", value.path("width")));
    }
    String forms = "a number, [height, width], {height, width}";
    throw wrong(key, key.equals("size") ? forms + " or {shortest_edge}" : forms, value.toString());
  }

  private int edge(String key, JsonNode value) {
    if (!value.isInt() || value.intValue() < 1 || value.intValue() > MOST_PIXELS_OF_AN_EDGE) {
      throw wrong(key, "a number of pixels from 1 to " + MOST_PIXELS_OF_AN_EDGE, value.asText());
    }
    return value.intValue();
  }

  private double factor(JsonNode config) {
    JsonNode value = config.path("rescale_factor");
    if (value.isMissingNode() || value.isNull()) {
      return 1.0 / 255;
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong("rescale_factor", "a number", value.asText());
    }
    return value.doubleValue();
  }

  private float[] deviations(JsonNode config, Defaults defaults, int channels) {
    float[] deviations = numbers(config, "image_std", defaults.std(), channels);
    for (float deviation : deviations) {
      if (!(deviation > 0)) {
        throw wrong("image_std", "numbers above 0", String.valueOf(deviation));
      }
    }
    return deviations;
  }

  /** One number per channel, or one for all. */
  private float[] numbers(JsonNode config, String key, List<Double> fallback, int channels) {
    JsonNode value = config.path(key);
    float[] numbers = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      if (value.isMissingNode() || value.isNull()) {
        numbers[channel] = fallback.get(channel).floatValue();
        continue;
      }
      JsonNode number = value.isArray() && value.size() == channels ? value.path(channel) : value;
      if (!number.isNumber() || !Float.isFinite(number.floatValue())) {
        throw wrong(
            key,
            "one number for each of the model's %d channels".formatted(channels),
            value.toString());
      }
      numbers[channel] = (float) number.doubleValue();
    }
    return numbers;
  }

  private void requireSizeOfModel(ImageProcessor processor, EmbeddingConfig.Patches patches) {
    if (patches.positions().resizing() != EmbeddingConfig.Resizing.NONE) {
      return; // takes images of any size
    }
    EmbeddingConfig.Size wanted = patches.image();
    ImageSize result =
        processor.crop() instanceof HeightWidth ? processor.crop() : processor.size();
    if (result instanceof HeightWidth found
        && (found.height() != wanted.height() || found.width() != wanted.width())) {
      throw new CheckpointException(
          "%s: expected images of %d x %d pixels, which the model takes, found %d x %d. Correct size or crop_size, or take the file of this checkpoint."
              .formatted(location, wanted.height(), wanted.width(), found.height(), found.width()));
    }
  }

  private CheckpointException wrong(String key, String expected, String found) {
    return new CheckpointException(
        "%s, %s: expected %s, found %s. Correct the file or fetch it again."
            .formatted(location, key, expected, Excerpt.of(found)));
  }
}
