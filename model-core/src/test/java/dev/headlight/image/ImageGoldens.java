package dev.headlight.image;

import dev.headlight.config.EmbeddingConfig.PatchOrder;
import dev.headlight.config.EmbeddingConfig.PatchPositions;
import dev.headlight.config.EmbeddingConfig.Patches;
import dev.headlight.config.EmbeddingConfig.Resizing;
import dev.headlight.config.EmbeddingConfig.Size;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.LinearConfig.Bias;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Images with what Pillow and transformers make of them, in {@code test-data/images}. */
final class ImageGoldens {
  private static final Path ROOT = Goldens.root().resolve("images");
  private static final Tensors EXPECTED =
      new GoldenCase("images", "images", ROOT).tensors("expected.safetensors");

  private ImageGoldens() {}

  static Tensors expected() {
    return EXPECTED;
  }

  static Stream<String> files() {
    return names("files");
  }

  /** The names of processor files without their ending. */
  static Stream<String> processors() {
    return names("processors").map(name -> name.replace(".json", ""));
  }

  static byte[] file(String name) {
    return read("files/" + name);
  }

  static byte[] processor(String name) {
    return read("processors/" + name + ".json");
  }

  /** A model that takes images of a size, and of no other. */
  static ModelConfig model(String family, int channels, int height, int width) {
    return model(family, channels, height, width, Resizing.NONE);
  }

  static ModelConfig model(String family, int channels, int height, int width, Resizing resizing) {
    Patches patches =
        new Patches(
            channels,
            new Size(height, width),
            new Size(4, 4),
            PatchOrder.CHANNELS_FIRST,
            Optional.empty(),
            LinearConfig.of("projection", "projection", 16 * channels, 8, Bias.PRESENT),
            Optional.empty(),
            List.of(),
            new PatchPositions("positions", List.of(1, 64, 8), 0, resizing),
            Optional.empty());
    return new ModelConfig(
        family,
        new StackConfig("self", 8, patches, List.of(), Optional.empty(), 64),
        Optional.empty(),
        "cls",
        List.of());
  }

  private static Stream<String> names(String folder) {
    try (Stream<Path> entries = Files.list(ROOT.resolve(folder))) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(String name) {
    try {
      return Files.readAllBytes(ROOT.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
