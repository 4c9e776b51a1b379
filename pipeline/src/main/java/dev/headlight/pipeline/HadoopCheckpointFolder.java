package dev.headlight.pipeline;

import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A checkpoint folder on any file system that Hadoop knows: {@code file:}, {@code hdfs:}, {@code
 * s3a:}. Holds no open files.
 */
public final class HadoopCheckpointFolder implements CheckpointFolder {
  private static final int COPY_BYTES = 1 << 20;

  private final Path folder;
  private final FileSystem fileSystem;

  private HadoopCheckpointFolder(Path folder, FileSystem fileSystem) {
    this.folder = folder;
    this.fileSystem = fileSystem;
  }

  /**
   * A checkpoint folder.
   *
   * @param location a URI, or a path of the default file system
   * @throws CheckpointException if there is no such folder or its file system is not known
   */
  public static HadoopCheckpointFolder of(String location, Configuration configuration) {
    Path folder = HadoopFiles.path(location, "a checkpoint folder");
    try {
      FileSystem fileSystem = HadoopFiles.fileSystem(folder, configuration);
      Path qualified = fileSystem.makeQualified(folder);
      if (!fileSystem.getFileStatus(qualified).isDirectory()) {
        throw new CheckpointException(
            "%s: expected a checkpoint folder, found a file. Name the folder that holds config.json."
                .formatted(location));
      }
      return new HadoopCheckpointFolder(qualified, fileSystem);
    } catch (FileNotFoundException e) {
      throw new CheckpointException(
          "%s: expected a checkpoint folder, found nothing there. Check the path; a path without a scheme is one of %s."
              .formatted(location, FileSystem.getDefaultUri(configuration)),
          e);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: the checkpoint folder cannot be read: %s".formatted(location, e.getMessage()), e);
    }
  }

  @Override
  public String location() {
    return folder.toString();
  }

  @Override
  public boolean exists(String name) {
    try {
      return fileSystem.getFileStatus(path(name)).isFile();
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long length(String name) throws IOException {
    return fileSystem.getFileStatus(path(name)).getLen();
  }

  @Override
  public void read(String name, long position, ByteBuffer destination) throws IOException {
    try (FSDataInputStream stream = fileSystem.open(path(name))) {
      if (destination.hasArray()) {
        int count = destination.remaining();
        int offset = destination.arrayOffset() + destination.position();
        stream.readFully(position, destination.array(), offset, count);
        destination.position(destination.limit());
      } else {
        copy(stream, position, destination);
      }
    } catch (EOFException e) {
      EOFException described =
          new EOFException(
              "%s: expected %d more bytes at position %d, found the end of the file"
                  .formatted(locationOf(name), destination.remaining(), position));
      described.initCause(e);
      throw described;
    }
  }

  private static void copy(FSDataInputStream stream, long position, ByteBuffer destination)
      throws IOException {
    byte[] chunk = new byte[Math.min(COPY_BYTES, destination.remaining())];
    long next = position;
    while (destination.hasRemaining()) {
      int count = Math.min(chunk.length, destination.remaining());
      stream.readFully(next, chunk, 0, count);
      destination.put(chunk, 0, count);
      next += count;
    }
  }

  @Override
  public List<String> list() {
    List<String> names = new ArrayList<>();
    try {
      for (FileStatus status : fileSystem.listStatus(folder)) {
        if (status.isFile()) {
          names.add(status.getPath().getName());
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    names.sort(null);
    return names;
  }

  /** Names, lengths and times of the folder's files: changes when one of them does. */
  String fingerprint() throws IOException {
    StringBuilder fingerprint = new StringBuilder(folder.toString());
    for (FileStatus status : fileSystem.listStatus(folder)) {
      fingerprint
          .append('\n')
          .append(status.getPath().getName())
          .append(' ')
          .append(status.getLen())
          .append(' ')
          .append(status.getModificationTime());
    }
    return fingerprint.toString();
  }

  private Path path(String name) {
    return new Path(folder, CheckpointFolder.requireValidName(name));
  }
}
