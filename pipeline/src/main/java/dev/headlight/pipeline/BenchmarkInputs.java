package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.model.Example;
import dev.headlight.model.InputRules;
import dev.headlight.model.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Random inputs with a fixed seed: token ids of given lengths, or images of the model's size. Ids
 * repeat about as words do (the n-th of them with a probability of 1 / n, Zipf 1949), and the
 * second half of a sequence counts as an answer to the first, so that statistics have something to
 * measure.
 */
final class BenchmarkInputs {
  private static final long SEED = 20;
  private static final long MOST_FILE_BYTES = 256L << 20;

  private BenchmarkInputs() {}

  /**
   * The examples of a benchmark.
   *
   * @throws ConfigurationException if the model does not take sequences of these lengths
   */
  static List<Example> of(BenchmarkOptions options, ModelConfig config) {
    List<Integer> lengths = options.lengths();
    if (options.lengthsFile().isPresent()) {
      lengths = read(options.lengthsFile().get());
    }
    int defaultCount =
        options.lengthsFile().isPresent() ? lengths.size() : BenchmarkOptions.DEFAULT_SEQUENCES;
    int count = options.sequences() == 0 ? defaultCount : options.sequences();
    InputRules rules = InputRules.of(config);
    Random random = new Random(SEED);
    List<Example> examples = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = lengths.get(i % lengths.size());
      requireTaken(length, config);
      Example example = example(input(config.stack().embedding(), length, random), length);
      Optional<InputRules.Problem> problem = rules.check(example);
      if (problem.isPresent()) {
        throw new ConfigurationException(
            "a sequence of %d tokens: %s".formatted(length, problem.get().message()));
      }
      examples.add(example);
    }
    return examples;
  }

  private static Example example(Sequence input, int length) {
    if (!(input instanceof Sequence.Tokens)) {
      return Example.of(input);
    }
    int[] segments = new int[length];
    Arrays.fill(segments, length / 2, length, 1);
    return Example.of(input).withSegments(segments);
  }

  /** Before memory is taken for it. */
  private static void requireTaken(int length, ModelConfig config) {
    int limit = config.stack().positionLimit();
    if (limit > 0 && length > limit) {
      throw new ConfigurationException(
          "lengths: expected at most %d tokens, which is what %s has positions for, found %d"
              .formatted(limit, config.family(), length));
    }
  }

  private static Sequence input(EmbeddingConfig embedding, int length, Random random) {
    if (embedding instanceof EmbeddingConfig.Patches patches) {
      return image(patches, length, random);
    }
    int vocabulary = ((EmbeddingConfig.Tokens) embedding).vocabulary();
    double range = Math.log(vocabulary);
    int[] ids = new int[length];
    for (int i = 0; i < length; i++) {
      ids[i] = (int) Math.exp(random.nextDouble() * range) - 1;
    }
    return Sequence.Tokens.of(ids);
  }

  private static Sequence image(EmbeddingConfig.Patches patches, int length, Random random) {
    int height = patches.image().height();
    int width = patches.image().width();
    if (length != patches.tokens(height, width)) {
      throw new ConfigurationException(
          "lengths: this model makes %d tokens of an image of %d x %d pixels, found %d; say --lengths %d"
              .formatted(
                  patches.tokens(height, width),
                  height,
                  width,
                  length,
                  patches.tokens(height, width)));
    }
    float[] pixels = new float[patches.channels() * height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return new Sequence.Pixels(pixels, patches.channels(), height, width);
  }

  private static List<Integer> read(Path file) {
    List<String> lines;
    try {
      if (!Files.isRegularFile(file)) {
        throw new ConfigurationException(
            "lengths-file: expected a file, found nothing at %s".formatted(file));
      }
      if (Files.size(file) > MOST_FILE_BYTES) {
        throw new ConfigurationException(
            "lengths-file: expected at most %d bytes, %s has %d"
                .formatted(MOST_FILE_BYTES, file, Files.size(file)));
      }
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new ConfigurationException(
          "lengths-file: %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    List<Integer> lengths = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        lengths.add(length(lines.get(i).strip(), file, i + 1));
      }
    }
    if (lengths.isEmpty()) {
      throw new ConfigurationException(
          "lengths-file: expected a number of tokens on each line, %s has none".formatted(file));
    }
    return lengths;
  }

  private static int length(String text, Path file, int line) {
    try {
      int length = Integer.parseInt(text);
      if (length > 0) {
        return length;
      }
    } catch (NumberFormatException e) {
      // told below, as zero and negative numbers are
    }
    throw new ConfigurationException(
        "lengths-file: %s, line %d: expected a number of tokens of 1 or more, found '%s'"
            .formatted(file, line, text));
  }
}
