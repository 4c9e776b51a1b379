package dev.headlight.safetensors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedSet;

/** SHA-256 of files. */
final class Digests {
  private static final int CHUNK_BYTES = 4 << 20;

  private Digests() {}

  /** The digest of the lines {@code DIGEST NAME} of the files, in their order. */
  static String sha256OfFiles(CheckpointFolder folder, SortedSet<String> names) {
    MessageDigest lines = sha256();
    for (String name : names) {
      String line = "%s  %s\n".formatted(sha256OfFile(folder, name), name);
      lines.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(lines.digest());
  }

  private static String sha256OfFile(CheckpointFolder folder, String name) {
    MessageDigest content = sha256();
    try {
      long length = folder.length(name);
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(length, CHUNK_BYTES));
      for (long position = 0; position < length; position += chunk.limit()) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), length - position));
        folder.read(name, position, chunk);
        content.update(chunk.flip());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "Reading %s failed: %s".formatted(folder.locationOf(name), e.getMessage()), e));
    }
    return HexFormat.of().formatHex(content.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
