package dev.headlight.testing;

import dev.headlight.safetensors.DType;
import dev.headlight.safetensors.SafetensorsCheckpoint;
import dev.headlight.safetensors.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Set;

/** The tensors of one file of a test case, by name, as Java arrays (row-major). */
public final class Tensors {
  private final SafetensorsCheckpoint file;

  Tensors(SafetensorsCheckpoint file) {
    this.file = file;
  }

  /** All names, sorted. */
  public Set<String> names() {
    return file.tensors().keySet();
  }

  public boolean has(String name) {
    return file.tensors().containsKey(name);
  }

  public DType dtype(String name) {
    return info(name).dtype();
  }

  public long[] shape(String name) {
    return info(name).shape().stream().mapToLong(Long::longValue).toArray();
  }

  /** A tensor of a floating-point type as float32. */
  public float[] floats(String name) {
    float[] values = new float[Math.toIntExact(info(name).elements())];
    info(name).dtype().decode(bytes(name), values.length, FloatBuffer.wrap(values));
    return values;
  }

  /** A tensor of F64, or of F32 widened. */
  public double[] doubles(String name) {
    double[] values = new double[Math.toIntExact(info(name).elements())];
    if (dtype(name) == DType.F64) {
      bytes(name).asDoubleBuffer().get(values);
      return values;
    }
    float[] narrow = floats(name);
    for (int i = 0; i < narrow.length; i++) {
      values[i] = narrow[i];
    }
    return values;
  }

  /** A tensor of I64. */
  public long[] longs(String name) {
    if (dtype(name) != DType.I64) {
      throw new IllegalArgumentException("%s is of %s, not I64".formatted(name, dtype(name)));
    }
    long[] values = new long[Math.toIntExact(info(name).elements())];
    bytes(name).asLongBuffer().get(values);
    return values;
  }

  private TensorInfo info(String name) {
    TensorInfo info = file.tensors().get(name);
    if (info == null) {
      throw new IllegalArgumentException("No tensor %s among %s".formatted(name, names()));
    }
    return info;
  }

  private ByteBuffer bytes(String name) {
    TensorInfo info = info(name);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(info.byteLength()));
    try {
      file.read(info, 0, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
  }
}
