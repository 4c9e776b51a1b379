package dev.headlight.statistics;

import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.nn.AttentionBlock;
import dev.headlight.nn.AttentionObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Attention of one layer of one sequence, handed to an observer in blocks.
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

  /** Each head in one block. */
  void feed(AttentionObserver observer, int sequence) {
    for (int head = 0; head < heads; head++) {
      observer.observe(block(sequence, head, new Range(0, queries), 0, keys, 0));
    }
  }

  /**
   * In blocks of random sizes, in an order the observer asks for, with the keys that none of their
   * queries sees partly cut off, or filled up with columns.
   */
  void feed(AttentionObserver observer, int sequence, Random random) {
    if (observer.seesAllHeadsOfAQueryInTurn()) {
      for (Range query : ranges(queries, random)) {
        Cut cut = Cut.random(random);
        for (int head = 0; head < heads; head++) {
          feed(observer, sequence, head, query, cut, random);
        }
      }
      return;
    }
    for (Range head : ranges(heads, random)) {
      for (Range query : ranges(queries, random)) {
        Cut cut = Cut.random(random);
        for (int h = head.first; h < head.first + head.count; h++) {
          feed(observer, sequence, h, query, cut, random);
        }
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

  private void feed(
      AttentionObserver observer, int sequence, int head, Range tile, Cut cut, Random random) {
    int firstKey = cut.keys ? firstKey(tile) : 0;
    int columns = endKey(tile) - firstKey + cut.moreColumns;
    for (Range query : ranges(tile.count, random)) {
      Range shifted = new Range(tile.first + query.first, query.count);
      observer.observe(block(sequence, head, shifted, firstKey, columns, cut.start));
    }
  }

  private record Range(int first, int count) {
    int end() {
      return first + count;
    }
  }

  /**
   * What a tile holds beside what its queries see.
   *
   * @param keys whether keys left of the first that a query sees are cut off
   * @param moreColumns behind the last key that a query sees
   * @param start where weights begin in their array
   */
  private record Cut(boolean keys, int moreColumns, int start) {
    static Cut random(Random random) {
      int start = RowReductions.ALIGNMENT * random.nextInt(3);
      return new Cut(random.nextBoolean(), random.nextInt(3), start);
    }
  }

  private int firstKey(Range query) {
    return IntStream.range(query.first, query.end()).map(q -> from[q]).min().orElseThrow();
  }

  private int endKey(Range query) {
    return IntStream.range(query.first, query.end()).map(q -> to[q]).max().orElseThrow();
  }

  private AttentionBlock block(
      int sequence, int head, Range query, int firstKey, int columns, int start) {
    int alignment = RowReductions.ALIGNMENT;
    int stride = (columns + alignment - 1) / alignment * alignment;
    float[] block = new float[start + query.count * stride];
    Arrays.fill(block, 0, start, Float.NaN);
    SoftmaxRows rows = new SoftmaxRows();
    int firstRow = start / alignment;
    rows.resize(firstRow + query.count);
    for (int r = 0; r < query.count; r++) {
      int q = query.first + r;
      int row = firstRow + r;
      int source = (head * queries + q) * keys;
      int visible = to[q] - from[q];
      int at = start + r * stride + from[q] - firstKey;
      System.arraycopy(weights, source + from[q], block, at, visible);
      rows.visible(row, from[q] - firstKey, to[q] - firstKey);
      rows.entropy(row, (float) entropy(source));
      rows.largestWeight(row, largest(source));
    }
    return new AttentionBlock(
        sequence, head, query.first, query.count, firstKey, block, start, stride, rows, firstRow);
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
