package dev.headlight.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkpoints with known outputs in the top-level folder {@code test-data}. */
public final class Goldens {
  /** Checkpoints of each family as transformers 4 writes them. */
  public static final String GOLDENS = "goldens";

  /** Checkpoints as transformers 5 writes them. */
  public static final String GOLDENS_5 = "goldens5";

  /** Further checkpoints and settings, made by {@code scripts/goldens/make_goldens.py}. */
  public static final String GOLDENS_MORE = "goldens-more";

  /** Complete folders of sentence-transformers. */
  public static final String SENTENCE_TRANSFORMERS = "sentence-transformers";

  private Goldens() {}

  /**
   * The folder {@code test-data}: the system property {@code headlight.test-data}, which the build
   * sets.
   */
  public static Path root() {
    String folder = System.getProperty("headlight.test-data");
    if (folder == null) {
      throw new IllegalStateException(
          "The system property headlight.test-data must name the folder test-data of the project");
    }
    return Path.of(folder);
  }

  /** All cases of a set, sorted by name. */
  public static List<GoldenCase> cases(String set) {
    try (Stream<Path> folders = Files.list(root().resolve(set))) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> new GoldenCase(set, folder.getFileName().toString(), folder))
          .sorted((left, right) -> left.name().compareTo(right.name()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cases of the sets that hold files just as Hugging Face's code writes them. */
  public static List<GoldenCase> asHuggingFaceWritesThem() {
    return Stream.of(GOLDENS, GOLDENS_5).flatMap(set -> cases(set).stream()).toList();
  }

  /**
   * All cases of the sets that have runs: {@link #GOLDENS}, {@link #GOLDENS_5} and {@link
   * #GOLDENS_MORE}.
   */
  public static List<GoldenCase> allWithRuns() {
    return Stream.of(GOLDENS, GOLDENS_5, GOLDENS_MORE).flatMap(set -> cases(set).stream()).toList();
  }

  public static GoldenCase get(String set, String name) {
    Path folder = root().resolve(set).resolve(name);
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("No case %s in %s".formatted(name, root().resolve(set)));
    }
    return new GoldenCase(set, name, folder);
  }
}
