package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EmbeddingModuleTest {
  private static final Offset<Float> CLOSE = within(1e-6f);
  private static final float[] NONE = {};

  @Test
  void normalizeGivesLengthOneAndKeepsZeros() {
    EmbeddingModule normalize = new EmbeddingModule.Normalize();

    assertThat(normalize.apply(new float[] {3, -4})).containsExactly(0.6f, -0.8f);
    assertThat(normalize.apply(new float[] {0, 0})).containsExactly(0, 0);
    assertThat(normalize.apply(new float[] {1e30f, 1e30f}))
        .containsExactly(new float[] {0.70710677f, 0.70710677f}, CLOSE);
  }

  @Test
  void denseProjectsAddsTheBiasAndActivates() {
    EmbeddingModule.Dense dense =
        new EmbeddingModule.Dense(
            2,
            3,
            new float[] {1, 2, 3, 4, 5, 6},
            new float[] {0, 1, -20},
            NONE,
            false,
            DenseActivation.RELU);

    assertThat(dense.width(2)).isEqualTo(3);
    assertThat(dense.apply(new float[] {1, 2})).containsExactly(5, 12, 0);
    assertThatThrownBy(() -> dense.width(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Dense: expected vectors of 2 values, found 3");
  }

  @Test
  void aResidualIsAddedBehindTheActivation() {
    float[] weight = {1, 0, 0, 1};
    EmbeddingModule.Dense same =
        new EmbeddingModule.Dense(2, 2, weight, NONE, NONE, true, DenseActivation.RELU);
    EmbeddingModule.Dense projected =
        new EmbeddingModule.Dense(
            2, 1, new float[] {1, 1}, NONE, new float[] {10, 100}, false, DenseActivation.IDENTITY);

    assertThat(same.apply(new float[] {3, -4})).containsExactly(6, -4);
    assertThat(projected.apply(new float[] {3, -4})).containsExactly(-1 + 30 - 400);
  }

  @Test
  void activationsAreThoseOfTheirNames() {
    assertThat(DenseActivation.named("torch.nn.modules.activation.Tanh"))
        .contains(DenseActivation.TANH);
    assertThat(DenseActivation.named("GELU")).isEmpty();
    assertThat(DenseActivation.TANH.apply(0.5)).isEqualTo(0.46211715726000974);
    assertThat(DenseActivation.SIGMOID.apply(0)).isEqualTo(0.5);
    assertThat(DenseActivation.SILU.apply(-1e9)).isEqualTo(-0.0);
    assertThat(DenseActivation.SILU.apply(2)).isCloseTo(1.7615941559557646, within(1e-15));
    assertThat(DenseActivation.IDENTITY.apply(-3)).isEqualTo(-3);
  }

  @Test
  void layerNormCentersScalesAndShifts() {
    EmbeddingModule.LayerNorm norm =
        new EmbeddingModule.LayerNorm(new float[] {1, 2, 1, 1}, new float[] {0, 0, 0, 10});

    // mean 2.5, variance 1.25
    assertThat(norm.apply(new float[] {1, 2, 3, 4}))
        .containsExactly(
            new float[] {-1.3416355f, -2 * 0.44721183f, 0.44721183f, 11.341636f}, CLOSE);
  }
}
