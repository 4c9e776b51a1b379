package dev.headlight.testing;

import dev.headlight.safetensors.CheckpointFolder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.TreeMap;

/** A checkpoint folder in memory, for files that are made by a test. */
public final class MemoryFolder implements CheckpointFolder {
  private final TreeMap<String, byte[]> files = new TreeMap<>();

  public MemoryFolder with(String name, byte[] content) {
    files.put(name, content);
    return this;
  }

  public MemoryFolder with(String name, String content) {
    return with(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Adds a safetensors file: the length of the header, the header, and as many zero bytes of data.
   */
  public MemoryFolder withSafetensors(String name, String header, int dataBytes) {
    return with(name, safetensors(header, new byte[dataBytes]));
  }

  /** A safetensors file: the length of the header, the header, the data. */
  public static byte[] safetensors(String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + text.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .put(data)
        .array();
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public boolean exists(String name) {
    return files.containsKey(CheckpointFolder.requireValidName(name));
  }

  @Override
  public long length(String name) throws IOException {
    return content(name).length;
  }

  @Override
  public void read(String name, long position, ByteBuffer destination) throws IOException {
    byte[] content = content(name);
    if (position > content.length - destination.remaining()) {
      throw new EOFException("%s ends before position %d".formatted(name, position));
    }
    destination.put(content, (int) position, destination.remaining());
  }

  @Override
  public List<String> list() {
    return files.keySet().stream().filter(name -> !name.contains("/")).toList();
  }

  private byte[] content(String name) throws NoSuchFileException {
    byte[] content = files.get(CheckpointFolder.requireValidName(name));
    if (content == null) {
      throw new NoSuchFileException(name);
    }
    return content;
  }
}
