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
      Range allQueries = new Range(0, queries);
      observer.observe(
          tile(sequence, new Range(0, heads), allQueries, new Cut(false, queries, 0), arena));
    }
  }

  /**
   * In tiles of random sizes, in the order the observer asks for, with the keys that none of their
   * queries sees partly cut off, or filled up with rows and columns.
   */
  void feed(AttentionObserver observer, int sequence, Random random) {
    if (observer.seesAllHeadsOfAQueryInTurn()) {
      for (Range query : ranges(queries, random)) {
        Cut cut = Cut.random(query, random);
        for (Range head : ranges(heads, random)) {
          feed(observer, sequence, head, query, cut);
        }
      }
      return;
    }
    for (Range head : ranges(heads, random)) {
      for (Range query : ranges(queries, random)) {
        feed(observer, sequence, head, query, Cut.random(query, random));
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

  private void feed(AttentionObserver observer, int sequence, Range head, Range query, Cut cut) {
    try (NativeArena arena = new NativeArena()) {
      observer.observe(tile(sequence, head, query, cut, arena));
    }
  }

  private record Range(int first, int count) {}

  /**
   * What a tile holds beside what its queries see.
   *
   * @param keys whether keys left of the first that a query sees are cut off
   * @param headRows rows from a head to the next
   * @param moreColumns behind the last key that a query sees
   */
  private record Cut(boolean keys, int headRows, int moreColumns) {
    static Cut random(Range query, Random random) {
      boolean cut = random.nextBoolean();
      return new Cut(cut, query.count + random.nextInt(3), random.nextInt(3));
    }
  }

  private AttentionTile tile(int sequence, Range head, Range query, Cut cut, NativeArena arena) {
    int firstKey = keys;
    int endKey = 0;
    for (int q = query.first; q < query.first + query.count; q++) {
      firstKey = Math.min(firstKey, from[q]);
      endKey = Math.max(endKey, to[q]);
    }
    firstKey = cut.keys ? firstKey : 0;
    int seen = endKey - firstKey;
    Matrix matrix = arena.matrix(head.count * cut.headRows, seen + cut.moreColumns);
    float[] nothing = new float[matrix.columns()];
    Arrays.fill(nothing, Float.NaN);
    SoftmaxRows rows = new SoftmaxRows();
    rows.resize(matrix.rows());
    for (int row = 0; row < matrix.rows(); row++) {
      int h = row / cut.headRows;
      int q = row % cut.headRows;
      if (q >= query.count) {
        matrix.writeRow(row, nothing, 0);
        rows.visible(row, 0, 0);
        continue;
      }
      int source = ((head.first + h) * queries + query.first + q) * keys;
      float[] values = Arrays.copyOfRange(weights, source + firstKey, source + endKey);
      matrix.writeRow(row, Arrays.copyOf(values, matrix.columns()), 0);
      rows.visible(row, from[query.first + q] - firstKey, to[query.first + q] - firstKey);
      rows.entropy(row, (float) entropy(source));
      rows.largestWeight(row, largest(source));
    }
    return new AttentionTile(
        sequence,
        head.first,
        head.count,
        query.first,
        query.count,
        cut.headRows,
        firstKey,
        keys,
        matrix,
        rows);
  }

  private float largest(int row) {
    float largest = 0;
    for (int key = 0; key < keys; key++) {
      largest = Math.max(largest, weights[row + key]);
    }
    return largest;
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
