package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @Test
  void whatIsWrittenIsReadAgainWithTheSameBits(@TempDir Path folder) throws IOException {
    SafetensorsWriter.Tensor matrix = tensor("a.weight", 301, 57);
    SafetensorsWriter.Tensor vector = tensor("b", 3);
    SafetensorsWriter.Tensor scalar = tensor("c");
    SafetensorsWriter.Tensor empty = tensor("d", 0, 4);
    matrix.values()[0] = Float.NEGATIVE_INFINITY;
    matrix.values()[1] = -0f;
    List<SafetensorsWriter.Tensor> written = List.of(vector, matrix, scalar, empty);
    try (OutputStream stream = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      SafetensorsWriter.write(stream, written);
    }

    SafetensorsCheckpoint read = SafetensorsCheckpoint.open(new LocalCheckpointFolder(folder));

    assertThat(read.tensors()).containsOnlyKeys("a.weight", "b", "c", "d");
    assertThat(read.tensors().values()).allMatch(tensor -> tensor.offset() % Float.BYTES == 0);
    for (SafetensorsWriter.Tensor tensor : written) {
      long[] shape = tensor.shape().stream().mapToLong(Integer::longValue).toArray();
      float[] values = new float[tensor.values().length];
      new WeightScope(read).get(tensor.name(), shape).readFloats(0, FloatBuffer.wrap(values));
      assertThat(values).isEqualTo(tensor.values());
    }
  }

  @Test
  void valuesMustFillTheShape() {
    assertThatThrownBy(() -> new SafetensorsWriter.Tensor("w", List.of(2, 3), new float[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Tensor w: expected 6 values for shape [2, 3], found 5");
  }

  @Test
  void namesMustDiffer() {
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    new ByteArrayOutputStream(), List.of(tensor("w", 1), tensor("w", 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Two tensors are named w");
  }

  private static SafetensorsWriter.Tensor tensor(String name, Integer... shape) {
    int elements = List.of(shape).stream().reduce(1, Math::multiplyExact);
    Random random = new Random(elements);
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new SafetensorsWriter.Tensor(name, List.of(shape), values);
  }
}
