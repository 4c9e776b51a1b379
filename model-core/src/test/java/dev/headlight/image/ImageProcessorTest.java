package dev.headlight.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.config.EmbeddingConfig.Resizing;
import dev.headlight.config.ModelConfig;
import dev.headlight.families.Checkpoint;
import dev.headlight.image.ImageProcessor.Normalization;
import dev.headlight.image.ImageSize.HeightWidth;
import dev.headlight.model.Sequence;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.MemoryFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageProcessorTest {
  private static final ModelConfig VIT = ImageGoldens.model("vit", 3, 32, 32);

  static Stream<String> processors() {
    return ImageGoldens.processors();
  }

  private static ImageProcessor read(ModelConfig model, byte[] config) throws IOException {
    return ImageProcessor.read(new MemoryFolder().with("preprocessor_config.json", config), model);
  }

  private static ImageProcessor read(ModelConfig model, String config) throws IOException {
    return ImageProcessor.read(new MemoryFolder().with("preprocessor_config.json", config), model);
  }

  @ParameterizedTest
  @MethodSource("processors")
  void pixelValuesHaveTheBitsThatTransformersGives(String name) throws IOException {
    for (String file : List.of("color.png", "tall.png", "tiny.png", "gray.png")) {
      String tensor = name + "." + file;
      long[] shape = ImageGoldens.expected().shape(tensor);
      ModelConfig model = ImageGoldens.model("vit", (int) shape[0], (int) shape[1], (int) shape[2]);
      Sequence.Pixels pixels =
          read(model, ImageGoldens.processor(name))
              .process(RasterImage.decode(ImageGoldens.file(file)));

      assertThat(new long[] {pixels.channels(), pixels.height(), pixels.width()}).isEqualTo(shape);
      assertThat(pixels.pixelValues()).as(tensor).isEqualTo(ImageGoldens.expected().floats(tensor));
    }
  }

  @Test
  void filesOfFamiliesThatNameNoProcessorGetThatOfTheFamily() throws IOException {
    ImageProcessor deit = read(ImageGoldens.model("deit", 3, 224, 224), "{}");
    ImageProcessor clip = read(ImageGoldens.model("clip", 3, 224, 224), "{}");
    ImageProcessor vit = read(ImageGoldens.model("vit", 3, 224, 224), "{}");

    assertThat(deit.size()).isEqualTo(new HeightWidth(256, 256));
    assertThat(deit.crop()).isEqualTo(new HeightWidth(224, 224));
    assertThat(deit.resampling()).isEqualTo(Resampling.BICUBIC);
    assertThat(clip.size()).isEqualTo(new ImageSize.ShortestEdge(224));
    assertThat(clip.normalization().mean())
        .containsExactly((float) 0.48145466, (float) 0.4578275, (float) 0.40821073);
    assertThat(vit.crop()).isEqualTo(new ImageSize.AsIs());
    assertThat(vit.resampling()).isEqualTo(Resampling.BILINEAR);
    assertThat(vit.rescaleFactor()).isEqualTo(1.0 / 255);
  }

  @Test
  void modelsThatTakeImagesOfAnySizeAreGivenWhatTheFileSays() throws IOException {
    ModelConfig any = ImageGoldens.model("dinov2", 3, 518, 518, Resizing.BICUBIC);

    assertThat(read(any, ImageGoldens.processor("dinov2")).crop())
        .isEqualTo(new HeightWidth(32, 32));
  }

  @Test
  void badFilesAreNamedWithTheirKeys() {
    assertRefused(
        VIT,
        "{\"size\": 33}",
        "memory/preprocessor_config.json: expected images of 32 x 32 pixels, which the model takes, found 33 x 33. Correct size or crop_size, or take the file of this checkpoint.");
    assertRefused(
        VIT,
        "{\"image_processor_type\": \"BeitImageProcessor\"}",
        "memory/preprocessor_config.json, image_processor_type: expected one of Bit, CLIP, DeiT, Siglip, ViT, with ImageProcessor behind it, found BeitImageProcessor. Correct the file or fetch it again.");
    assertRefused(
        VIT,
        "{\"size\": {\"longest_edge\": 3}}",
        "memory/preprocessor_config.json, size: expected a number, [height, width], {height, width} or {shortest_edge}, found {\"longest_edge\":3}. Correct the file or fetch it again.");
    assertRefused(
        VIT,
        "{\"size\": 0}",
        "memory/preprocessor_config.json, size: expected a number of pixels from 1 to 16384, found 0. Correct the file or fetch it again.");
    assertRefused(
        VIT,
        "{\"size\": 32, \"resample\": 6}",
        "memory/preprocessor_config.json, resample: expected one of 0 (nearest), 1 (lanczos), 2 (bilinear), 3 (bicubic), 4 (box), 5 (hamming), found 6. Correct the file or fetch it again.");
    assertRefused(
        VIT,
        "{\"size\": 32, \"image_mean\": [0.5]}",
        "memory/preprocessor_config.json, image_mean: expected one number for each of the model's 3 channels, found [0.5]. Correct the file or fetch it again.");
    assertRefused(
        VIT,
        "{\"size\": 32, \"image_std\": 0}",
        "memory/preprocessor_config.json, image_std: expected numbers above 0, found 0.0. Correct the file or fetch it again.");
    assertRefused(
        VIT,
        "{\"size\": 32, \"do_pad\": true}",
        "memory/preprocessor_config.json, do_pad: expected false: this step is not implemented, found true. Correct the file or fetch it again.");
    assertRefused(
        VIT,
        "{\"size\": 32, \"do_rescale\": 1}",
        "memory/preprocessor_config.json, do_rescale: expected true or false, found 1. Correct the file or fetch it again.");
    assertRefused(
        VIT,
        "{\"size\": 32, \"do_center_crop\": true}",
        "memory/preprocessor_config.json, crop_size: expected the size of the center to cut out, found nothing. Correct the file or fetch it again.");
  }

  private static void assertRefused(ModelConfig model, String config, String message) {
    assertThatThrownBy(() -> read(model, config))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(message);
  }

  @Test
  void modelsWithoutTheFileOrWithoutImagesAreRefused() throws IOException {
    assertThatThrownBy(() -> ImageProcessor.read(new MemoryFolder(), VIT))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory/preprocessor_config.json: expected this file to make pixel values of images, found none. Fetch it, write it with AutoImageProcessor, or give pixel values instead of images.");
    ModelConfig bert = Checkpoint.open(Goldens.get(Goldens.GOLDENS, "bert").folder()).config();
    assertThatThrownBy(() -> ImageProcessor.read(new MemoryFolder(), bert))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("memory: expected a model of images, found one of the family bert");
    assertThatThrownBy(() -> read(ImageGoldens.model("vit", 4, 32, 32), "{\"size\": 32}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "memory: expected a model of images with 1 or 3 channels, found 4. Give pixel values instead of images.");
  }

  @Test
  void imagesThatAreTooLongAndThinAreRefused() {
    RasterImage thin = new RasterImage(1, 100_000, 1, new byte[100_000]);
    ImageProcessor processor =
        new ImageProcessor(
            1,
            new ImageSize.ShortestEdge(224),
            Resampling.BILINEAR,
            new ImageSize.AsIs(),
            1,
            Normalization.none(1));

    assertThatThrownBy(() -> processor.process(thin))
        .isInstanceOf(ImageException.class)
        .hasMessage(
            "expected an image whose shorter edge can become 224 pixels long, found 100000 x 1: the result would have more than 89478485 pixels");
  }

  @Test
  void anImageOfOneColorStaysOfThatColor() {
    byte[] data = new byte[17 * 23];
    java.util.Arrays.fill(data, (byte) 201);
    RasterImage plain = new RasterImage(17, 23, 1, data);
    for (Resampling resampling : Resampling.values()) {
      for (HeightWidth size : List.of(new HeightWidth(5, 40), new HeightWidth(64, 3))) {
        ImageProcessor processor =
            new ImageProcessor(1, size, resampling, new ImageSize.AsIs(), 1, Normalization.none(1));
        assertThat(processor.process(plain).pixelValues()).containsOnly(201f);
      }
    }
  }

  @Test
  void aProcessorTravelsAsBytes() throws Exception {
    ImageProcessor processor = read(VIT, ImageGoldens.processor("deit"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
      stream.writeObject(processor);
    }
    RasterImage image = RasterImage.decode(ImageGoldens.file("color.png"));
    try (ObjectInputStream stream =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      ImageProcessor received = (ImageProcessor) stream.readObject();
      assertThat(received.process(image).pixelValues())
          .isEqualTo(processor.process(image).pixelValues());
    }
  }
}
