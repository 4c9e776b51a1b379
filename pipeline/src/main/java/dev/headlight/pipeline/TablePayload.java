package dev.headlight.pipeline;

import dev.headlight.statistics.SequenceStatistics.HeadAttention;
import dev.headlight.statistics.SequenceStatistics.HeadDivergence;
import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import dev.headlight.statistics.SequenceStatistics.LayerStatistics;
import dev.headlight.statistics.SequenceStatistics.ReceivedAttention;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Writes results as the little-endian bytes that {@link TableCodec} turns into Spark's arrays. */
final class TablePayload {
  /** Kinds of attention; bytes hold their index here. */
  static final List<String> ATTENTIONS = List.of("self", "encoder", "decoder", "cross");

  private TablePayload() {}

  static byte[] floats(float[] values) {
    byte[] bytes = allocate((long) values.length * Float.BYTES);
    ByteBuffer buffer = open(bytes);
    put(buffer, values);
    return bytes;
  }

  /** Matrices of equal size, one after the other. */
  static byte[] matrices(List<float[]> matrices) {
    long values = matrices.stream().mapToLong(matrix -> matrix.length).sum();
    byte[] bytes = allocate(values * Float.BYTES);
    ByteBuffer buffer = open(bytes);
    matrices.forEach(matrix -> put(buffer, matrix));
    return bytes;
  }

  static byte[] headStatistics(List<HeadStatistics> heads) {
    long values = heads.stream().mapToLong(head -> 3L + head.values().length).sum();
    byte[] bytes = allocate(values * Integer.BYTES);
    ByteBuffer buffer = open(bytes);
    for (HeadStatistics head : heads) {
      putHead(buffer, head.attention(), head.layer(), head.head());
      put(buffer, head.values());
    }
    return bytes;
  }

  static byte[] layerStatistics(List<LayerStatistics> layers) {
    long values = layers.stream().mapToLong(layer -> 2L + layer.values().length).sum();
    byte[] bytes = allocate(values * Integer.BYTES);
    ByteBuffer buffer = open(bytes);
    for (LayerStatistics layer : layers) {
      buffer.putInt(code(layer.attention())).putInt(layer.layer());
      put(buffer, layer.values());
    }
    return bytes;
  }

  static byte[] receivedAttention(List<ReceivedAttention> heads) {
    long values = heads.stream().mapToLong(head -> 4L + head.values().length).sum();
    byte[] bytes = allocate((1 + values) * Integer.BYTES);
    ByteBuffer buffer = open(bytes).putInt(heads.size());
    for (ReceivedAttention head : heads) {
      putHead(buffer, head.attention(), head.layer(), head.head());
      buffer.putInt(head.values().length);
      put(buffer, head.values());
    }
    return bytes;
  }

  static byte[] attentions(List<HeadAttention> heads) {
    long values = heads.stream().mapToLong(head -> 5L + head.weights().length).sum();
    byte[] bytes = allocate((1 + values) * Integer.BYTES);
    ByteBuffer buffer = open(bytes).putInt(heads.size());
    for (HeadAttention head : heads) {
      putHead(buffer, head.attention(), head.layer(), head.head());
      buffer.putInt(head.queries()).putInt(head.keys());
      put(buffer, head.weights());
    }
    return bytes;
  }

  static byte[] divergences(List<HeadDivergence> layers) {
    long values = layers.stream().mapToLong(layer -> 4L + layer.values().length).sum();
    byte[] bytes = allocate((1 + values) * Integer.BYTES);
    ByteBuffer buffer = open(bytes).putInt(layers.size());
    for (HeadDivergence layer : layers) {
      buffer.putInt(code(layer.attention())).putInt(layer.layer());
      buffer.putInt(layer.heads()).putInt(layer.heads());
      put(buffer, layer.values());
    }
    return bytes;
  }

  private static void putHead(ByteBuffer buffer, String attention, int layer, int head) {
    buffer.putInt(code(attention)).putInt(layer).putInt(head);
  }

  private static int code(String attention) {
    int code = ATTENTIONS.indexOf(attention);
    if (code < 0) {
      throw new IllegalStateException(
          "expected one of %s, found attention '%s'".formatted(ATTENTIONS, attention));
    }
    return code;
  }

  private static void put(ByteBuffer buffer, float[] values) {
    buffer.asFloatBuffer().put(values);
    buffer.position(buffer.position() + values.length * Float.BYTES);
  }

  private static byte[] allocate(long bytes) {
    return new byte[Math.toIntExact(bytes)];
  }

  private static ByteBuffer open(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
