package dev.headlight.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The files of a checkpoint, wherever they are. Files are named by their path in the folder, with
 * {@code /} between its parts; every method refuses names that {@link #requireValidName} refuses.
 * Implementations are safe for use by several threads.
 */
public interface CheckpointFolder {
  /** The folder as the user knows it: a path or a URI, without a slash at its end. */
  String location();

  /**
   * Whether there is a file (not a folder) of this name.
   *
   * @throws java.io.UncheckedIOException if the storage cannot be asked
   */
  boolean exists(String name);

  /** The bytes of a file. */
  long length(String name) throws IOException;

  /**
   * Fills a buffer with bytes of a file.
   *
   * @param position the first byte to read
   * @param destination filled from its position to its limit
   * @throws java.io.EOFException if the file ends before
   */
  void read(String name, long position, ByteBuffer destination) throws IOException;

  /**
   * The names of the files directly in the folder, sorted; empty if there is no such folder.
   *
   * @throws java.io.UncheckedIOException if the storage cannot be asked
   */
  List<String> list();

  /**
   * A whole file.
   *
   * @param limit the most bytes to accept; no memory is taken for a longer file
   * @throws CheckpointException if the file is longer
   */
  default byte[] readAll(String name, long limit) throws IOException {
    long length = length(name);
    // Arrays of a few elements less than the greatest int are the longest that every JVM allocates.
    long most = Math.min(limit, Integer.MAX_VALUE - 8);
    if (length > most) {
      throw new CheckpointException(
          "%s: expected at most %d bytes, found %d. A file of this kind is never so long: check that it is what its name says."
              .formatted(locationOf(name), most, length));
    }
    ByteBuffer content = ByteBuffer.allocate((int) length);
    read(name, 0, content);
    return content.array();
  }

  /** A file as messages name it. */
  default String locationOf(String name) {
    return location() + "/" + Excerpt.of(name);
  }

  /**
   * Passes on the name of a file if it cannot lead out of the folder: a relative path without
   * {@code .} or {@code ..} parts, backslashes, colons or control characters. Where the file
   * system's links lead is not looked at, since the caches of model hubs are made of links.
   *
   * @throws CheckpointException if the name is another
   */
  static String requireValidName(String name) {
    return FileNames.requireValid(name);
  }
}
