package dev.headlight.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads what a safetensors file holds: 8 bytes with the length of the header, the header, the data.
 * Everything is checked as the <a
 * href="https://github.com/huggingface/safetensors#format">format</a> demands: the tensors lie end
 * to end, without overlap or hole, and fill the file to its last byte.
 */
final class SafetensorsFile {
  private static final int LENGTH_BYTES = Long.BYTES;

  /** The format's own bound. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final String DAMAGED =
      "The file is damaged or was not fetched whole: fetch it again.";

  private SafetensorsFile() {}

  /**
   * The tensors of a file in the order of their data.
   *
   * @throws CheckpointException if the file is not a well-formed safetensors file
   */
  static List<TensorInfo> read(CheckpointFolder folder, String name) throws IOException {
    String file = folder.locationOf(name);
    long fileBytes = folder.length(name);
    long headerBytes = headerBytes(folder, name, fileBytes);
    ByteBuffer text = ByteBuffer.allocate((int) headerBytes);
    folder.read(name, LENGTH_BYTES, text);
    List<SafetensorsHeader.Entry> entries =
        new ArrayList<>(SafetensorsHeader.parse(file, text.array()).entries().values());
    entries.sort(
        Comparator.comparingLong(SafetensorsHeader.Entry::begin)
            .thenComparingLong(SafetensorsHeader.Entry::end));
    long dataStart = LENGTH_BYTES + headerBytes;
    checkLayout(file, entries, fileBytes - dataStart);
    return entries.stream()
        .map(
            entry ->
                new TensorInfo(
                    entry.name(),
                    entry.dtype(),
                    entry.shape(),
                    name,
                    dataStart + entry.begin(),
                    entry.end() - entry.begin()))
        .toList();
  }

  private static long headerBytes(CheckpointFolder folder, String name, long fileBytes)
      throws IOException {
    String file = folder.locationOf(name);
    if (fileBytes < LENGTH_BYTES) {
      throw new CheckpointException(
          "%s: expected at least %d bytes, found %d. %s"
              .formatted(file, LENGTH_BYTES, fileBytes, DAMAGED));
    }
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    folder.read(name, 0, length);
    long headerBytes = length.getLong(0);
    if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES) {
      throw new CheckpointException(
          "%s: expected a header of 2 to %d bytes, found a length of %s. The file is not in the safetensors format (a Git LFS pointer or a web page, perhaps), or damaged: fetch it again."
              .formatted(file, MAX_HEADER_BYTES, Long.toUnsignedString(headerBytes)));
    }
    if (headerBytes > fileBytes - LENGTH_BYTES) {
      throw new CheckpointException(
          "%s: expected a header of %d bytes, found %d bytes after its length. %s"
              .formatted(file, headerBytes, fileBytes - LENGTH_BYTES, DAMAGED));
    }
    return headerBytes;
  }

  private static void checkLayout(
      String file, List<SafetensorsHeader.Entry> entries, long dataBytes) {
    long end = 0;
    for (SafetensorsHeader.Entry entry : entries) {
      String what = "%s, tensor '%s'".formatted(file, Excerpt.of(entry.name()));
      checkSize(what, entry);
      if (entry.begin() < end) {
        throw new CheckpointException(
            "%s: expected data from byte %d on, where the tensor before it ends, found %d: the two overlap. %s"
                .formatted(what, end, entry.begin(), DAMAGED));
      }
      if (entry.begin() > end) {
        throw new CheckpointException(
            "%s: expected data from byte %d on, where the tensor before it ends, found %d: the format allows no hole. %s"
                .formatted(what, end, entry.begin(), DAMAGED));
      }
      if (entry.end() > dataBytes) {
        throw new CheckpointException(
            "%s: expected data up to byte %d, found %d bytes of data in the file. %s"
                .formatted(what, entry.end(), dataBytes, DAMAGED));
      }
      end = entry.end();
    }
    if (end != dataBytes) {
      throw new CheckpointException(
          "%s: expected %d bytes of data, which the tensors fill, found %d. %s"
              .formatted(file, end, dataBytes, DAMAGED));
    }
  }

  private static void checkSize(String what, SafetensorsHeader.Entry entry) {
    if (entry.end() < entry.begin()) {
      throw new CheckpointException(
          "%s: expected data_offsets [begin, end] with begin <= end, found [%d, %d]. %s"
              .formatted(what, entry.begin(), entry.end(), DAMAGED));
    }
    long bits;
    try {
      bits = Math.multiplyExact(elements(entry.shape()), (long) entry.dtype().bits());
    } catch (ArithmeticException e) {
      throw new CheckpointException(
          "%s: expected a shape whose size can be counted, found %s. %s"
              .formatted(what, entry.shape(), DAMAGED),
          e);
    }
    long bytes = entry.end() - entry.begin();
    if (bits % Byte.SIZE != 0 || bits / Byte.SIZE != bytes) {
      throw new CheckpointException(
          "%s: expected %d bits of data for shape %s of %s, found %d bytes. %s"
              .formatted(what, bits, entry.shape(), entry.dtype(), bytes, DAMAGED));
    }
  }

  private static long elements(List<Long> shape) {
    if (shape.contains(0L)) {
      return 0;
    }
    long elements = 1;
    for (long length : shape) {
      elements = Math.multiplyExact(elements, length);
    }
    return elements;
  }
}
