package dev.headlight.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Small files on Hadoop's file systems. */
public final class HadoopFiles {
  private HadoopFiles() {}

  /**
   * A path from what the user wrote.
   *
   * @param what what it is to be, for the message
   * @throws ConfigurationException if it is empty or no path
   */
  public static Path path(String location, String what) {
    if (location == null || location.isBlank()) {
      throw new ConfigurationException("expected %s, found an empty path".formatted(what));
    }
    try {
      return new Path(location);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "expected %s, found '%s', which is no path or URI: %s"
              .formatted(what, location, e.getMessage()),
          e);
    }
  }

  /** The path with scheme and authority. */
  static Path qualified(Path path, Configuration configuration) throws IOException {
    return path.getFileSystem(configuration).makeQualified(path);
  }

  public static boolean exists(Path path, Configuration configuration) throws IOException {
    return path.getFileSystem(configuration).exists(path);
  }

  static void delete(Path path, Configuration configuration) throws IOException {
    path.getFileSystem(configuration).delete(path, true);
  }

  /** Writes a small text file, replacing what is there. */
  public static void write(Path file, String text, Configuration configuration) throws IOException {
    FileSystem fileSystem = file.getFileSystem(configuration);
    try (OutputStream stream = fileSystem.create(file, true)) {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Reads a small text file. */
  public static String read(Path file, Configuration configuration) throws IOException {
    try (var stream = file.getFileSystem(configuration).open(file)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
