package dev.headlight.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes safetensors files of float32 tensors. */
public final class SafetensorsWriter {
  /** Data starts at a multiple of this many bytes, as other writers have it. */
  private static final int ALIGNMENT = 8;

  private static final int FLOATS_AT_ONCE = 1 << 14;

  private SafetensorsWriter() {}

  /**
   * A tensor to write.
   *
   * @param shape lengths of its dimensions, outermost first
   * @param values row-major
   */
  public record Tensor(String name, List<Integer> shape, float[] values) {
    public Tensor {
      shape = List.copyOf(shape);
      long elements = shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
      if (elements != values.length) {
        throw new IllegalArgumentException(
            "Tensor %s: expected %d values for shape %s, found %d"
                .formatted(name, elements, shape, values.length));
      }
    }
  }

  /**
   * Writes a file to its end; the stream stays open.
   *
   * @param tensors in the order of their data
   */
  public static void write(OutputStream stream, List<Tensor> tensors) throws IOException {
    byte[] header = header(tensors);
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    stream.write(length.putLong(header.length).array());
    stream.write(header);
    for (Tensor tensor : tensors) {
      writeValues(stream, tensor.values());
    }
  }

  private static byte[] header(List<Tensor> tensors) {
    ObjectNode header = new ObjectMapper().createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long begin = 0;
    for (Tensor tensor : tensors) {
      if (header.has(tensor.name())) {
        throw new IllegalArgumentException("Two tensors are named " + tensor.name());
      }
      ObjectNode entry = header.putObject(tensor.name()).put("dtype", DType.F32.name());
      ArrayNode shape = entry.putArray("shape");
      tensor.shape().forEach(shape::add);
      long end = begin + (long) tensor.values().length * Float.BYTES;
      entry.putArray("data_offsets").add(begin).add(end);
      begin = end;
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] result = Arrays.copyOf(text, padded);
    Arrays.fill(result, text.length, padded, (byte) ' ');
    return result;
  }

  private static void writeValues(OutputStream stream, float[] values) throws IOException {
    ByteBuffer chunk =
        ByteBuffer.allocate(FLOATS_AT_ONCE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < values.length; from += FLOATS_AT_ONCE) {
      int count = Math.min(FLOATS_AT_ONCE, values.length - from);
      chunk.asFloatBuffer().put(values, from, count);
      stream.write(chunk.array(), 0, count * Float.BYTES);
    }
  }
}
