package dev.headlight.safetensors;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A checkpoint folder of the local file system. Holds no open files. */
public final class LocalCheckpointFolder implements CheckpointFolder {
  private final Path folder;

  public LocalCheckpointFolder(Path folder) {
    this.folder = folder;
  }

  @Override
  public String location() {
    return folder.toString();
  }

  @Override
  public boolean exists(String name) {
    return Files.isRegularFile(path(name));
  }

  @Override
  public long length(String name) throws IOException {
    return Files.size(path(name));
  }

  @Override
  public void read(String name, long position, ByteBuffer destination) throws IOException {
    long next = position;
    try (FileChannel channel = FileChannel.open(path(name), StandardOpenOption.READ)) {
      while (destination.hasRemaining()) {
        int count = channel.read(destination, next);
        if (count < 0) {
          throw new EOFException(
              "%s: expected %d more bytes at position %d, found the end of the file"
                  .formatted(locationOf(name), destination.remaining(), next));
        }
        next += count;
      }
    }
  }

  @Override
  public List<String> list() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Files::isRegularFile)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path path(String name) {
    return folder.resolve(CheckpointFolder.requireValidName(name));
  }
}
