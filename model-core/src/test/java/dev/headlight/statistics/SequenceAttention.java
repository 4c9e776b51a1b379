package dev.headlight.statistics;

import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.nn.AttentionObserver;
import dev.headlight.nn.AttentionTile;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Attention of one layer of one sequence, handed to an observer in tiles.
 *
 * @param weights {@code [h, queries, keys]}
 * @param from {@code [queries]}, first key each query sees
 * @param to {@code [queries]}, after the last key each query sees
 */
record SequenceAttention(int heads, int queries, int keys, float[] weights, int[] from, int[] to) {

  /** Random softmax rows, whose scores have this standard deviation. */
  static SequenceAttention random(
      int heads, int[] from, int[] to, int keys, double scale, Random random) {
    float[] weights = new float[heads * from.length * keys];
    for (int row = 0; row < heads * from.length; row++) {
      int query = row % from.length;
      double sum = 0;
      double[] exponentials = new double[keys];
      for (int key = from[query]; key < to[query]; key++) {
        exponentials[key] = Math.exp(scale * random.nextGaussian());
        sum += exponentials[key];
      }
      for (int key = from[query]; key < to[query]; key++) {
        weights[row * keys + key] = (float) (exponentials[key] / sum);
      }
    }
    return new SequenceAttention(heads, from.length, keys, weights, from, to);
  }

  float weight(int head, int query, int key) {
    return weights[(head * queries + query) * keys + key];
  }

  BatchDescription.Side side(String attention) {
    List<BatchDescription.Tokens> unknown = List.of(BatchDescription.Tokens.UNKNOWN);
    return new BatchDescription.Side(
        attention, heads, new int[] {queries}, new int[] {keys}, unknown, unknown);
  }

  /** In one tile. */
  void feed(AttentionObserver observer, int sequence) {
    try (NativeArena arena = new NativeArena()) {
      observer.observe(tile(sequence, new Range(0, heads), new Range(0, queries), 0, arena));
    }
  }

  /**
   * In tiles of random sizes, in the order the observer asks for, with the keys that none of their
   * queries sees partly cut off.
   */
  void feed(AttentionObserver observer, int sequence, Random random) {
    if (observer.seesAllHeadsOfAQueryInTurn()) {
      for (Range query : ranges(queries, random)) {
        int cut = random.nextInt(2);
        for (Range head : ranges(heads, random)) {
          feed(observer, sequence, head, query, cut);
        }
      }
      return;
    }
    for (Range head : ranges(heads, random)) {
      for (Range query : ranges(queries, random)) {
        feed(observer, sequence, head, query, random.nextInt(2));
      }
    }
  }

  private static List<Range> ranges(int count, Random random) {
    List<Range> ranges = new ArrayList<>();
    int first = 0;
    while (first < count) {
      Range range = new Range(first, 1 + random.nextInt(count - first));
      ranges.add(range);
      first += range.count;
    }
    return ranges;
  }

  private void feed(AttentionObserver observer, int sequence, Range head, Range query, int cut) {
    try (NativeArena arena = new NativeArena()) {
      observer.observe(tile(sequence, head, query, cut, arena));
    }
  }

  private record Range(int first, int count) {}

  private AttentionTile tile(int sequence, Range head, Range query, int cut, NativeArena arena) {
    int firstKey = keys;
    int endKey = 0;
    for (int q = query.first; q < query.first + query.count; q++) {
      firstKey = Math.min(firstKey, from[q]);
      endKey = Math.max(endKey, to[q]);
    }
    firstKey *= cut;
    int columns = endKey - firstKey;
    Matrix matrix = arena.matrix(head.count * query.count, columns);
    SoftmaxRows rows = new SoftmaxRows();
    rows.resize(head.count * query.count);
    for (int h = 0; h < head.count; h++) {
      for (int q = 0; q < query.count; q++) {
        int row = h * query.count + q;
        int source = ((head.first + h) * queries + query.first + q) * keys;
        matrix.writeRow(row, Arrays.copyOfRange(weights, source + firstKey, source + endKey), 0);
        rows.visible(row, from[query.first + q] - firstKey, to[query.first + q] - firstKey);
        rows.entropy(row, (float) entropy(source));
      }
    }
    return new AttentionTile(
        sequence, head.first, head.count, query.first, query.count, firstKey, keys, matrix, rows);
  }

  private double entropy(int row) {
    double entropy = 0;
    for (int key = 0; key < keys; key++) {
      double weight = weights[row + key];
      entropy -= weight > 0 ? weight * Math.log(weight) : 0;
    }
    return entropy;
  }
}
