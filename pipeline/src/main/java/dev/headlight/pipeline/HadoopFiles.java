package dev.headlight.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.VersionInfo;

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

  /**
   * The file system of a path.
   *
   * @throws ConfigurationException if there is none for its scheme
   */
  public static FileSystem fileSystem(Path path, Configuration configuration) throws IOException {
    try {
      return path.getFileSystem(configuration);
    } catch (IOException | RuntimeException e) {
      requireFileSystem(path, e);
      throw e;
    }
  }

  /**
   * Tells of a file system that is not there; of other failures it says nothing.
   *
   * @throws ConfigurationException if the failure is that there is none for the path's scheme
   */
  static void requireFileSystem(Path path, Exception failure) {
    boolean noClass =
        failure instanceof RuntimeException
            && failure.getCause() instanceof ClassNotFoundException
            && path.toUri().getScheme() != null;
    if (failure instanceof UnsupportedFileSystemException || noClass) {
      throw new ConfigurationException(
          "%s: expected a file system that is on the class path, found none for the scheme '%s' (%s). Check the path; file systems that Spark does not bring are added with its settings, such as spark.jars.packages=org.apache.hadoop:hadoop-aws:%s."
              .formatted(
                  path, path.toUri().getScheme(), failure.getMessage(), VersionInfo.getVersion()),
          failure);
    }
  }

  /** The path with scheme and authority. */
  static Path qualified(Path path, Configuration configuration) throws IOException {
    return fileSystem(path, configuration).makeQualified(path);
  }

  public static boolean exists(Path path, Configuration configuration) throws IOException {
    return fileSystem(path, configuration).exists(path);
  }

  static void delete(Path path, Configuration configuration) throws IOException {
    fileSystem(path, configuration).delete(path, true);
  }

  /** Writes a small text file, replacing what is there. */
  public static void write(Path file, String text, Configuration configuration) throws IOException {
    FileSystem fileSystem = fileSystem(file, configuration);
    try (OutputStream stream = fileSystem.create(file, true)) {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Reads a small text file. */
  public static String read(Path file, Configuration configuration) throws IOException {
    try (var stream = fileSystem(file, configuration).open(file)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
