package dev.headlight.statistics;

import dev.headlight.kernel.FloatLanes;
import dev.headlight.statistics.RowSums.Distances;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RowReductions#distances} with the JDK's Vector API, in float32 lanes.
 *
 * <p>The sides of a long row are read from its ends towards the query. What is added up at each
 * vector is added once more, and a third time: a weight is then counted as often as there are
 * vectors between it and the query, and so are their pairs. That makes three additions of a weight,
 * all of numbers that are not negative, and no product.
 */
final class VectorDistances {
  private static final VectorSpecies<Float> FLOATS = FloatLanes.FLOATS;
  private static final int LANES = FloatLanes.COUNT;
  private static final int ALIGNMENT = RowReductions.ALIGNMENT;

  /** A variance loses this factor of its accuracy at most by subtraction. */
  private static final float MOST_CANCELLED = 16f;

  /** Floats of rows whose sides have too few vectors for that. */
  private static final int SHORT = 256;

  // sums over rows are apart, so that none waits for the other
  private static final int OF_MIDDLES = ALIGNMENT;
  private static final int OF_SHORT_ROWS = 2 * ALIGNMENT;

  /** Lane numbers. */
  private static final FloatVector RAMP = FloatVector.zero(FLOATS).addIndex(1);

  /** Zeros, ones, zeros: windows of it cut a vector in two. */
  private static final float[] STEPS = steps();

  private VectorDistances() {}

  private static float[] steps() {
    float[] steps = new float[3 * ALIGNMENT];
    Arrays.fill(steps, ALIGNMENT, 2 * ALIGNMENT, 1f);
    return steps;
  }

  private interface Pass {
    void run(RowBlock rows, int first, int count, Distances result);
  }

  // called through one place of many targets, so that they are compiled apart
  private static final Pass[] SHORT_ROWS = {
    VectorDistances::reserve, VectorDistances::fillShortRows, VectorDistances::addUp
  };
  private static final Pass[] ALL_ROWS = {
    VectorDistances::reserve,
    VectorDistances::fillShortRows,
    VectorDistances::fillBefore,
    VectorDistances::addAfter,
    VectorDistances::addUp
  };

  static void of(RowBlock rows, int first, int count, Distances result) {
    for (Pass pass : rows.stride() <= SHORT ? SHORT_ROWS : ALL_ROWS) {
      pass.run(rows, first, count, result);
    }
  }

  private static void reserve(RowBlock rows, int first, int count, Distances result) {
    result.reserve(first + count);
  }

  /** Of what a row sees, not of its block, as the result must not depend on blocks. */
  private static boolean isShort(RowBlock rows, int row) {
    return rows.visible(row) <= SHORT;
  }

  private static void fillShortRows(RowBlock rows, int first, int count, Distances result) {
    float[] weights = rows.weights();
    for (int row = first; row < first + count; row++) {
      if (!isShort(rows, row)) {
        continue;
      }
      int start = VectorRowReductions.aligned(rows.start(row));
      int end = rows.end(row);
      int centre = centre(rows, row);
      fillMoments(weights, start, end, centre, row * ALIGNMENT, result);
      addSides(weights, start, end, centre, result);
    }
  }

  private static void fillMoments(
      float[] weights, int start, int end, int centre, int lanes, Distances result) {
    FloatVector moment = FloatVector.zero(FLOATS);
    FloatVector square = FloatVector.zero(FLOATS);
    FloatVector offset = RAMP.add(start - centre); // k - q
    for (int k = start; k < end; k += LANES) {
      FloatVector distance = offset.abs();
      FloatVector weighted = FloatVector.fromArray(FLOATS, weights, k).mul(distance);
      moment = moment.add(weighted);
      square = weighted.fma(distance, square);
      offset = offset.add(LANES);
    }
    moment.intoArray(result.momentLanes, lanes);
    square.intoArray(result.squareLanes, lanes);
  }

  /**
   * Adds the weights on both sides of the centre: of a row by themselves first, so that it waits
   * for the row before only once.
   */
  private static void addSides(float[] weights, int start, int end, int centre, Distances result) {
    int middle = VectorRowReductions.aligned(centre);
    boolean cut = start <= middle && middle < end; // a vector that the centre is in
    int lane = centre - middle;
    int split = clamp(middle, start, end);
    FloatVector inMiddle = FloatVector.fromArray(FLOATS, weights, cut ? middle : start);
    FloatVector before = window(cut ? 2 * ALIGNMENT - lane : 0).mul(inMiddle);
    FloatVector after = window(cut ? ALIGNMENT - 1 - lane : 0).mul(inMiddle);
    before = before.add(sum(weights, start, split));
    after = after.add(sum(weights, cut ? split + LANES : split, end));
    add(before, result.before, OF_SHORT_ROWS);
    add(after, result.after, OF_SHORT_ROWS);
  }

  private static void add(FloatVector vector, float[] sums, int at) {
    vector.add(FloatVector.fromArray(FLOATS, sums, at)).intoArray(sums, at);
  }

  private static FloatVector sum(float[] weights, int start, int end) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int k = start; k < end; k += LANES) {
      sum = sum.add(FloatVector.fromArray(FLOATS, weights, k));
    }
    return sum;
  }

  private static int centre(RowBlock rows, int row) {
    return rows.index(row, rows.query(row));
  }

  private static int alignedEnd(RowBlock rows, int row) {
    return VectorRowReductions.aligned(rows.end(row) + LANES - 1);
  }

  private static void fillBefore(RowBlock rows, int first, int count, Distances result) {
    for (int row = first; row < first + count; row++) {
      if (isShort(rows, row)) {
        continue;
      }
      int start = VectorRowReductions.aligned(rows.start(row));
      int centre = centre(rows, row);
      int middle = VectorRowReductions.aligned(centre);
      int end = clamp(middle, start, alignedEnd(rows, row));
      boolean cut = start <= middle && middle < rows.end(row);
      fillMiddle(rows.weights(), cut ? middle : -1, centre - middle, row * ALIGNMENT, result);
      addBefore(rows.weights(), start, end, centre, row * ALIGNMENT, result);
    }
  }

  private static void addAfter(RowBlock rows, int first, int count, Distances result) {
    for (int row = first; row < first + count; row++) {
      if (isShort(rows, row)) {
        continue;
      }
      int end = alignedEnd(rows, row);
      int centre = centre(rows, row);
      int start = VectorRowReductions.aligned(rows.start(row));
      start = clamp(VectorRowReductions.aligned(centre) + LANES, start, end);
      addAfter(rows.weights(), start, end, centre, row * ALIGNMENT, result);
    }
  }

  private static void addUp(RowBlock rows, int first, int count, Distances result) {
    for (int row = first; row < first + count; row++) {
      // the weights sum to 1
      float mean = FloatLanes.sum(result.momentLanes, row * ALIGNMENT);
      float square = FloatLanes.sum(result.squareLanes, row * ALIGNMENT);
      float variance = square - mean * mean;
      result.mean[row] = mean;
      result.squaredDeviation[row] =
          mean * mean <= MOST_CANCELLED * variance ? variance : squaredDeviation(rows, row, mean);
    }
  }

  private static int clamp(int index, int start, int end) {
    return Math.max(start, Math.min(index, end));
  }

  /**
   * Weights, distances and squared distances of the vector that the centre is in, at a lane.
   *
   * @param middle negative if there is none
   */
  private static void fillMiddle(
      float[] weights, int middle, int lane, int lanes, Distances result) {
    FloatVector weight = FloatVector.fromArray(FLOATS, weights, Math.max(0, middle));
    FloatVector before = weight.mul(window(middle < 0 ? 0 : 2 * ALIGNMENT - lane));
    FloatVector after = weight.mul(window(middle < 0 ? 0 : ALIGNMENT - 1 - lane));
    FloatVector distance = RAMP.sub(lane).abs();
    FloatVector weighted = before.add(after).mul(distance);
    weighted.intoArray(result.momentLanes, lanes);
    weighted.mul(distance).intoArray(result.squareLanes, lanes);
    add(before, result.before, OF_MIDDLES);
    add(after, result.after, OF_MIDDLES);
  }

  /** Adds the same of the vectors that are wholly before it. */
  private static void addBefore(
      float[] weights, int start, int end, int centre, int lanes, Distances result) {
    FloatVector sum = FloatVector.zero(FLOATS);
    FloatVector vectors = FloatVector.zero(FLOATS); // sum w * number of vectors behind
    FloatVector pairs = FloatVector.zero(FLOATS);
    for (int k = start; k < end; k += LANES) {
      pairs = pairs.add(vectors);
      vectors = vectors.add(sum);
      sum = sum.add(FloatVector.fromArray(FLOATS, weights, k));
    }
    // q - k in the last vector
    FloatVector nearest = FloatVector.broadcast(FLOATS, centre - end + LANES).sub(RAMP);
    addSide(nearest, sum, vectors, pairs, lanes, result);
    add(sum, result.before, 0);
  }

  /** Adds the same of the vectors that are wholly after it. */
  private static void addAfter(
      float[] weights, int start, int end, int centre, int lanes, Distances result) {
    FloatVector sum = FloatVector.zero(FLOATS);
    FloatVector vectors = FloatVector.zero(FLOATS); // sum w * number of vectors before
    FloatVector pairs = FloatVector.zero(FLOATS);
    for (int k = end - LANES; k >= start; k -= LANES) {
      pairs = pairs.add(vectors);
      vectors = vectors.add(sum);
      sum = sum.add(FloatVector.fromArray(FLOATS, weights, k));
    }
    // k - q in the first vector
    addSide(RAMP.add(start - centre), sum, vectors, pairs, lanes, result);
    add(sum, result.after, 0);
  }

  /**
   * Adds distances {@code d = nearest + LANES n}, of {@code sum w}, {@code sum w n} and {@code sum
   * w n (n - 1) / 2}, where n is the number of vectors between.
   */
  private static void addSide(
      FloatVector nearest,
      FloatVector sum,
      FloatVector vectors,
      FloatVector pairs,
      int lanes,
      Distances result) {
    FloatVector near = nearest.mul(sum);
    add(near.add(vectors.mul(LANES)), result.momentLanes, lanes);
    FloatVector far = pairs.add(pairs).add(vectors).mul(LANES * LANES);
    add(vectors.mul(2 * LANES).add(near).mul(nearest).add(far), result.squareLanes, lanes);
  }

  /** A vector of {@link #STEPS}. */
  private static FloatVector window(int at) {
    return FloatVector.fromArray(FLOATS, STEPS, at);
  }

  private static float squaredDeviation(RowBlock rows, int row, float mean) {
    int start = VectorRowReductions.aligned(rows.start(row));
    int end = rows.end(row);
    FloatVector squares = FloatVector.zero(FLOATS);
    FloatVector offset = RAMP.add(start - rows.index(row, rows.query(row))); // k - q
    for (int k = start; k < end; k += LANES) {
      FloatVector deviation = offset.abs().sub(mean);
      FloatVector weight = FloatVector.fromArray(FLOATS, rows.weights(), k);
      squares = deviation.mul(deviation).fma(weight, squares);
      offset = offset.add(LANES);
    }
    return squares.reduceLanes(VectorOperators.ADD);
  }
}
