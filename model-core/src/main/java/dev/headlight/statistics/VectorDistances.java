package dev.headlight.statistics;

import dev.headlight.kernel.FloatLanes;
import dev.headlight.statistics.RowSums.Distances;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link RowReductions#distances} with the JDK's Vector API, in float32 lanes. */
final class VectorDistances {
  private static final VectorSpecies<Float> FLOATS = FloatLanes.FLOATS;
  private static final int LANES = FloatLanes.COUNT;
  private static final int ALIGNMENT = RowReductions.ALIGNMENT;

  /** A variance loses this factor of its accuracy at most by subtraction. */
  private static final float MOST_CANCELLED = 4f;

  /** Floats of a row that is reduced before it has to wait for its additions. */
  private static final int LONG = 256;

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

  static void of(RowBlock rows, int first, int count, float origin, Distances result) {
    float[] weights = rows.weights();
    result.reserve(first + count);
    for (int row = first; row < first + count; row++) {
      int start = VectorRowReductions.aligned(rows.start(row));
      int end = rows.end(row);
      int centre = rows.index(row, rows.query(row));
      if (end - start <= LONG) {
        fillMoments(weights, start, end, centre, origin, row * ALIGNMENT, result);
      } else {
        fillMomentsOfLongRow(weights, start, end, centre, origin, row * ALIGNMENT, result);
      }
      addSides(weights, start, end, centre, result);
    }
    for (int row = first; row < first + count; row++) {
      // the weights sum to 1
      float shift = FloatLanes.sum(result.momentLanes, row * ALIGNMENT);
      float square = FloatLanes.sum(result.squareLanes, row * ALIGNMENT);
      float variance = square - shift * shift;
      result.mean[row] = shift + origin;
      result.squaredDeviation[row] =
          shift * shift <= MOST_CANCELLED * variance
              ? variance
              : squaredDeviation(rows, row, shift + origin);
    }
  }

  /** Weighted deviations of the distances from the origin, and their squares. */
  private static void fillMoments(
      float[] weights, int start, int end, int centre, float origin, int lanes, Distances result) {
    FloatVector moment = FloatVector.zero(FLOATS);
    FloatVector square = FloatVector.zero(FLOATS);
    FloatVector offset = RAMP.add(start - centre); // k - q
    for (int k = start; k < end; k += LANES) {
      FloatVector deviation = offset.abs().sub(origin);
      FloatVector weighted = FloatVector.fromArray(FLOATS, weights, k).mul(deviation);
      moment = moment.add(weighted);
      square = weighted.fma(deviation, square);
      offset = offset.add(LANES);
    }
    moment.intoArray(result.momentLanes, lanes);
    square.intoArray(result.squareLanes, lanes);
  }

  /** The same in two chains of additions, for rows that are long enough to wait for one. */
  private static void fillMomentsOfLongRow(
      float[] weights, int start, int end, int centre, float origin, int lanes, Distances result) {
    FloatVector moment = FloatVector.zero(FLOATS);
    FloatVector square = FloatVector.zero(FLOATS);
    FloatVector oddMoment = moment;
    FloatVector oddSquare = square;
    FloatVector offset = RAMP.add(start - centre); // k - q
    int k = start;
    for (; k + LANES < end; k += 2 * LANES) {
      FloatVector deviation = offset.abs().sub(origin);
      FloatVector oddDeviation = offset.add(LANES).abs().sub(origin);
      FloatVector weighted = FloatVector.fromArray(FLOATS, weights, k).mul(deviation);
      FloatVector oddWeighted = FloatVector.fromArray(FLOATS, weights, k + LANES).mul(oddDeviation);
      moment = moment.add(weighted);
      oddMoment = oddMoment.add(oddWeighted);
      square = weighted.fma(deviation, square);
      oddSquare = oddWeighted.fma(oddDeviation, oddSquare);
      offset = offset.add(2 * LANES);
    }
    if (k < end) {
      FloatVector deviation = offset.abs().sub(origin);
      FloatVector weighted = FloatVector.fromArray(FLOATS, weights, k).mul(deviation);
      moment = moment.add(weighted);
      square = weighted.fma(deviation, square);
    }
    moment.add(oddMoment).intoArray(result.momentLanes, lanes);
    square.add(oddSquare).intoArray(result.squareLanes, lanes);
  }

  /**
   * Adds the weights on both sides of the centre: of a row by themselves first, so that it waits
   * for the row before only once.
   */
  private static void addSides(float[] weights, int start, int end, int centre, Distances result) {
    int middle = VectorRowReductions.aligned(centre);
    boolean cut = start <= middle && middle < end; // a vector that the centre is in
    int lane = centre - middle;
    int split = Math.max(start, Math.min(middle, end));
    FloatVector inMiddle = FloatVector.fromArray(FLOATS, weights, cut ? middle : start);
    FloatVector before = window(cut ? 2 * ALIGNMENT - lane : 0).mul(inMiddle);
    FloatVector after = window(cut ? ALIGNMENT - 1 - lane : 0).mul(inMiddle);
    before = before.add(sum(weights, start, split));
    after = after.add(sum(weights, cut ? split + LANES : split, end));
    before.add(FloatVector.fromArray(FLOATS, result.before, 0)).intoArray(result.before, 0);
    after.add(FloatVector.fromArray(FLOATS, result.after, 0)).intoArray(result.after, 0);
  }

  private static FloatVector sum(float[] weights, int start, int end) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int k = start; k < end; k += LANES) {
      sum = sum.add(FloatVector.fromArray(FLOATS, weights, k));
    }
    return sum;
  }

  /** 16 of {@link #STEPS}; from 0 on they are zeros. */
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
