package dev.headlight.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@link Benchmark} measures, as users write it.
 *
 * @param model folder of the checkpoint
 * @param lengths tokens of the sequences, in turn
 * @param lengthsFile a file with the tokens of a sequence on each line, instead of {@code lengths}
 * @param sequences number of sequences; 0 for as many as the file has lines, or {@value
 *     #DEFAULT_SEQUENCES}
 * @param threads passes that run side by side, each over all sequences with one thread
 * @param repeat timed repetitions
 * @param warmUpSeconds repetitions before, which are not timed, go on for this long; there is one
 *     at least
 * @param encoder kernels, precision, statistics and batch size
 * @param breakdown whether time is also measured by part
 */
public record BenchmarkOptions(
    String model,
    List<Integer> lengths,
    Optional<Path> lengthsFile,
    int sequences,
    int threads,
    int repeat,
    int warmUpSeconds,
    EncoderOptions encoder,
    boolean breakdown) {
  static final int DEFAULT_SEQUENCES = 64;
  private static final int MOST_SEQUENCES = 10_000_000;
  private static final int MOST_THREADS = 1024;
  private static final int MOST_REPETITIONS = 100_000;
  private static final int MOST_WARM_UP_SECONDS = 86_400;

  public BenchmarkOptions {
    lengths = List.copyOf(lengths);
    requireRange("sequences", sequences, 0, MOST_SEQUENCES);
    requireRange("threads", threads, 1, MOST_THREADS);
    requireRange("repeat", repeat, 1, MOST_REPETITIONS);
    requireRange("warm-up", warmUpSeconds, 0, MOST_WARM_UP_SECONDS);
    if (lengths.isEmpty() == lengthsFile.isEmpty()) {
      throw new ConfigurationException(
          "expected either lengths or lengths-file, found %s. Name one of them, such as --lengths 128."
              .formatted(lengths.isEmpty() ? "neither" : "both"));
    }
    for (int length : lengths) {
      requireRange("lengths", length, 1, Integer.MAX_VALUE);
    }
  }

  private static void requireRange(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ConfigurationException(
          "%s: expected a number from %d to %d, found %d".formatted(option, least, most, value));
    }
  }

  /**
   * Checks the names in the options, as far as that takes no model.
   *
   * @throws ConfigurationException for a name that is not there
   */
  public BenchmarkOptions requireKnownNames() {
    encoder.requireKnownNames();
    return this;
  }
}
