package dev.headlight.model;

import dev.headlight.config.LinearConfig;
import dev.headlight.config.NormConfig;
import dev.headlight.kernel.Kernels;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.nn.EmbeddingTable;
import dev.headlight.nn.Norm;
import dev.headlight.safetensors.TensorSource;
import dev.headlight.safetensors.Weight;
import dev.headlight.safetensors.WeightScope;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads tensors by full name and expected shape, and brings them into the form the building blocks
 * take.
 */
final class WeightLoader {
  private static final long TABLE_CHUNK_BYTES = 1L << 30;
  private static final int BLOCK_FLOATS = 1 << 20;

  private final TensorSource source;
  private final WeightScope scope;
  private final Kernels kernels;
  private final NativeArena arena;
  private final Map<String, EmbeddingTable> tables = new HashMap<>();

  WeightLoader(TensorSource source, WeightScope scope, Kernels kernels, NativeArena arena) {
    this.source = source;
    this.scope = scope;
    this.kernels = kernels;
    this.arena = arena;
  }

  PackedLinear linear(LinearConfig linear) {
    return linear(List.of(WeightRows.all(linear)));
  }

  /** Packs several projections of the same input as one, their outputs one after the other. */
  PackedLinear linear(List<WeightRows> parts) {
    int inputs = parts.get(0).linear().inputs();
    int outputs = parts.stream().mapToInt(WeightRows::count).sum();
    boolean biased = parts.stream().anyMatch(part -> part.linear().bias().isPresent());
    float[] bias = biased ? new float[outputs] : null;
    try (NativeArena temporary = new NativeArena()) {
      Matrix weight = temporary.matrix(outputs, inputs); // [outputs, inputs]
      int at = 0;
      for (WeightRows part : parts) {
        readWeight(part, weight.rows(at, part.count()));
        if (part.linear().bias().isPresent()) {
          readBias(part, bias, at);
        }
        at += part.count();
      }
      return kernels.products().pack(weight, bias, arena);
    }
  }

  private void readWeight(WeightRows part, Matrix target) {
    LinearConfig linear = part.linear();
    Weight stored = scope.get(linear.weight(), linear.storedShape());
    if (linear.transposed()) {
      readTransposed(part, stored, target);
    } else {
      readOutputs(part, stored, target);
    }
    if (linear.outputScale().isPresent()) {
      float[] scale = floats(linear.outputScale().get(), linear.outputs());
      for (int output = 0; output < part.count(); output++) {
        float factor = scale[part.storedOutput().applyAsInt(output)];
        for (int input = 0; input < target.columns(); input++) {
          target.set(output, input, target.get(output, input) * factor);
        }
      }
    }
  }

  /**
   * Reads a {@code [outputs, inputs]} tensor from front to back and puts each row where it is
   * wanted.
   */
  private static void readOutputs(WeightRows part, Weight stored, Matrix target) {
    LinearConfig linear = part.linear();
    int[] wantedAt = new int[linear.storedOutputs()];
    Arrays.fill(wantedAt, -1);
    for (int output = 0; output < part.count(); output++) {
      wantedAt[linear.firstOutput() + part.storedOutput().applyAsInt(output)] = output;
    }
    int inputs = linear.inputs();
    readBlocks(
        stored,
        linear.storedOutputs(),
        inputs,
        (storedRow, block, at) -> {
          if (wantedAt[storedRow] >= 0) {
            target.writeRow(wantedAt[storedRow], block, at);
          }
        });
  }

  private static void readTransposed(WeightRows part, Weight stored, Matrix target) {
    LinearConfig linear = part.linear();
    readBlocks(
        stored,
        linear.inputs(),
        linear.storedOutputs(),
        (input, block, at) -> {
          for (int output = 0; output < part.count(); output++) {
            int column = linear.firstOutput() + part.storedOutput().applyAsInt(output);
            target.set(output, input, block[at + column]);
          }
        });
  }

  @FunctionalInterface
  private interface RowReader {
    void row(int row, float[] block, int at);
  }

  /** Reads a stored matrix in blocks of whole rows. */
  private static void readBlocks(Weight stored, int rows, int columns, RowReader reader) {
    int blockRows = Math.max(1, Math.min(rows, BLOCK_FLOATS / columns));
    float[] block = new float[blockRows * columns];
    for (int first = 0; first < rows; first += blockRows) {
      int count = Math.min(blockRows, rows - first);
      stored.readFloats((long) first * columns, FloatBuffer.wrap(block, 0, count * columns));
      for (int row = 0; row < count; row++) {
        reader.row(first + row, block, row * columns);
      }
    }
  }

  private void readBias(WeightRows part, float[] bias, int at) {
    LinearConfig linear = part.linear();
    float[] stored = floats(linear.bias().orElseThrow(), linear.storedOutputs());
    float[] scale = linear.outputScale().map(name -> floats(name, linear.outputs())).orElse(null);
    for (int output = 0; output < part.count(); output++) {
      int storedOutput = part.storedOutput().applyAsInt(output);
      float value = stored[linear.firstOutput() + storedOutput];
      bias[at + output] = scale == null ? value : value * scale[storedOutput];
    }
  }

  /** A small tensor as an array. */
  float[] floats(String name, long... shape) {
    Weight weight = scope.get(name, shape);
    float[] values = new float[Math.toIntExact(weight.elements())];
    weight.readFloats(0, FloatBuffer.wrap(values));
    return values;
  }

  /** A norm, or null for none; checkpoints of the first BERT call gain and bias gamma and beta. */
  Norm norm(Optional<NormConfig> config) {
    if (config.isEmpty()) {
      return null;
    }
    NormConfig norm = config.get();
    float[] weight = new float[norm.width()];
    Arrays.fill(weight, 1f);
    if (norm.weight().isPresent()) {
      weight = floats(oldName(norm.weight().get(), ".weight", ".gamma"), norm.width());
    }
    if (norm.kind() == NormConfig.Kind.RMS_UNIT_OFFSET) {
      for (int j = 0; j < weight.length; j++) {
        weight[j] += 1f;
      }
    }
    float[] bias = null;
    if (norm.bias().isPresent()) {
      bias = floats(oldName(norm.bias().get(), ".bias", ".beta"), norm.width());
    }
    return new Norm(norm.kind(), weight, bias, (float) norm.epsilon());
  }

  private String oldName(String name, String suffix, String oldSuffix) {
    String old =
        name.endsWith(suffix)
            ? name.substring(0, name.length() - suffix.length()) + oldSuffix
            : name;
    return !scope.has(name) && scope.has(old) ? old : name;
  }

  /** An embedding table {@code [rows, width]} in its stored dtype; stacks may share one. */
  EmbeddingTable table(String name, int rows, int width) {
    EmbeddingTable table = tables.get(name);
    if (table == null || table.rows() != rows || table.width() != width) {
      table = readTable(name, rows, width);
      tables.put(name, table);
    }
    return table;
  }

  private EmbeddingTable readTable(String name, int rows, int width) {
    Weight weight = scope.get(name, rows, width);
    int rowBytes = width * weight.info().dtype().byteSize();
    int rowsPerChunk = (int) Math.max(1, Math.min(rows, TABLE_CHUNK_BYTES / rowBytes));
    List<ByteBuffer> chunks = new ArrayList<>();
    for (int first = 0; first < rows; first += rowsPerChunk) {
      int count = Math.min(rowsPerChunk, rows - first);
      ByteBuffer chunk = arena.bytes((long) count * rowBytes).asByteBuffer();
      readBytes(weight, (long) first * rowBytes, chunk.duplicate());
      chunks.add(chunk);
    }
    return new EmbeddingTable(weight.info().dtype(), rows, width, rowsPerChunk, chunks);
  }

  private void readBytes(Weight weight, long firstByte, ByteBuffer destination) {
    try {
      source.read(weight.info(), firstByte, destination);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
