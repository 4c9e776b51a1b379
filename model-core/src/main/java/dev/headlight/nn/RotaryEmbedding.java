package dev.headlight.nn;

import dev.headlight.config.RotaryConfig;
import dev.headlight.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Rotary position embedding (Su 2021). Angles are the float32 product of position and float32
 * inverse frequency, as in Hugging Face, whose rounding matters for long sequences. Scalings whose
 * frequencies depend on the length use the length of the sequence itself, so that a sequence's
 * results do not depend on its batch.
 */
public final class RotaryEmbedding {
  private final RotaryFrequencies frequencies;
  private final int pairs;
  // tables grow with the longest sequence seen; an immutable list is replaced, never changed
  private volatile List<Table> tables = List.of();

  private record Table(float[] key, int positions, float[] cosine, float[] sine) {}

  private RotaryEmbedding(RotaryConfig config) {
    this.frequencies = RotaryFrequencies.of(config);
    this.pairs = config.pairs();
  }

  public static RotaryEmbedding of(RotaryConfig config) {
    return new RotaryEmbedding(config);
  }

  /**
   * Rotates the heads {@code [T, heads * k]} of one sequence, whose rows stand at positions 0 to T
   * - 1.
   */
  void rotate(Matrix heads, int headDim, ForwardContext context) {
    Table table = table(heads.rows());
    context.rows().rotate(heads, headDim, pairs, table.cosine(), table.sine());
  }

  private Table table(int length) {
    float[] inverse = frequencies.inverseFrequencies(length);
    for (Table table : tables) {
      if (table.positions() >= length && java.util.Arrays.equals(table.key(), inverse)) {
        return table;
      }
    }
    Table made = make(inverse, Math.max(64, Integer.highestOneBit(length) * 2));
    List<Table> kept = new ArrayList<>(tables);
    kept.removeIf(table -> java.util.Arrays.equals(table.key(), inverse));
    // dynamic scaling has frequencies of its own for every length: keep a few tables only
    while (kept.size() >= 4) {
      kept.remove(0);
    }
    kept.add(made);
    tables = List.copyOf(kept);
    return made;
  }

  private Table make(float[] inverse, int positions) {
    float[] cosine = new float[positions * pairs];
    float[] sine = new float[positions * pairs];
    float scale = (float) frequencies.attentionFactor();
    for (int t = 0; t < positions; t++) {
      for (int j = 0; j < pairs; j++) {
        float angle = t * inverse[j];
        cosine[t * pairs + j] = (float) Math.cos(angle) * scale;
        sine[t * pairs + j] = (float) Math.sin(angle) * scale;
      }
    }
    return new Table(inverse, positions, cosine, sine);
  }
}
