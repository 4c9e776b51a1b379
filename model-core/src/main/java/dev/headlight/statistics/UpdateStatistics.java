package dev.headlight.statistics;

import dev.headlight.nn.Packing;
import dev.headlight.nn.UpdateObserver;
import dev.headlight.tensor.Matrix;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What the sublayers of a block add to the residual stream of each token, and how many of the
 * feed-forward network's activations are next to nothing (Li 2022, the lazy neuron phenomenon).
 * Undefined for the embedding output, for sublayers that a block does not have.
 */
final class UpdateStatistics implements UpdateObserver {
  static final String NAME = "updates";

  static final List<Statistic> STATISTICS =
      List.of(
          new Statistic("attention_update_norm", "norm", "norm of what self-attention adds"),
          new Statistic("cross_attention_update_norm", "norm", "norm of what cross-attention adds"),
          new Statistic("feed_forward_update_norm", "norm", "norm of what the MLP adds"),
          new Statistic(
              "gate_sparsity", "share", "activations of the MLP below 0.01 in magnitude"));

  private static final float SPARSE = 0.01f;

  private final int sequences;
  private final Map<Part, double[]> norms = new EnumMap<>(Part.class); // [B]
  private final long[] sparse; // [B]
  private final long[] activations; // [B]

  UpdateStatistics(int sequences) {
    this.sequences = sequences;
    for (Part part : Part.values()) {
      norms.put(part, new double[sequences]);
    }
    this.sparse = new long[sequences];
    this.activations = new long[sequences];
    clear();
  }

  /** Forgets everything; the next updates are those of another block. */
  void clear() {
    // as it stays where a block has no such sublayer
    norms.values().forEach(part -> Arrays.fill(part, Double.NaN));
    Arrays.fill(sparse, 0);
    Arrays.fill(activations, 0);
  }

  @Override
  public void update(Part part, Matrix before, Matrix after, Packing packing) {
    float[] old = new float[before.columns()];
    float[] updated = new float[before.columns()];
    for (int s = 0; s < sequences; s++) {
      double sum = 0;
      int start = packing.start(s);
      for (int row = start; row < start + packing.length(s); row++) {
        before.readRow(row, old, 0);
        after.readRow(row, updated, 0);
        sum += norm(old, updated);
      }
      norms.get(part)[s] = sum / packing.length(s);
    }
  }

  private static double norm(float[] old, float[] updated) {
    double square = 0;
    for (int i = 0; i < old.length; i++) {
      double difference = (double) updated[i] - old[i];
      square += difference * difference;
    }
    return Math.sqrt(square);
  }

  @Override
  public void activations(int firstRow, Matrix values, Packing packing) {
    float[] row = new float[values.columns()];
    int sequence = 0;
    for (int r = 0; r < values.rows(); r++) {
      while (firstRow + r >= packing.start(sequence) + packing.length(sequence)) {
        sequence++;
      }
      values.readRow(r, row, 0);
      int below = 0;
      for (float value : row) {
        below += Math.abs(value) < SPARSE ? 1 : 0;
      }
      sparse[sequence] += below;
      activations[sequence] += row.length;
    }
  }

  /** The statistics of a sequence, in the order of {@link #STATISTICS}. */
  float[] of(int sequence) {
    return new float[] {
      (float) norms.get(Part.ATTENTION)[sequence],
      (float) norms.get(Part.CROSS_ATTENTION)[sequence],
      (float) norms.get(Part.FEED_FORWARD)[sequence],
      (float) ((double) sparse[sequence] / activations[sequence])
    };
  }
}
