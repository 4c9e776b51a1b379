package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PoolingTest {
  private static final float[] STATES = {1, 2, 3, 4, 5, 9}; // [3, 2]

  @Test
  void clsIsTheFirstToken() {
    assertThat(Pooling.named("cls").pool(STATES, 3, 2)).containsExactly(1, 2);
  }

  @Test
  void lastTokenIsTheLast() {
    assertThat(Pooling.named("lasttoken").pool(STATES, 3, 2)).containsExactly(5, 9);
  }

  @Test
  void meanIsOverTokens() {
    assertThat(Pooling.named("mean").pool(STATES, 3, 2)).containsExactly(3, 5);
  }

  @Test
  void meanKeepsSmallValuesBesideLargeOnes() {
    float[] states = {1e8f, 1, 1, -1e8f};

    assertThat(Pooling.MEAN.pool(states, 4, 1)).containsExactly(0.5f);
  }

  @Test
  void oneTokenPoolsToItself() {
    for (String name : new String[] {"cls", "lasttoken", "mean"}) {
      assertThat(Pooling.named(name).pool(new float[] {7, 8}, 1, 2)).containsExactly(7, 8);
    }
  }

  @Test
  void normalizedEmbeddingHasLengthOne() {
    assertThat(Pooling.normalize(new float[] {3, 4}))
        .containsExactly(new float[] {0.6f, 0.8f}, Offset.offset(1e-7f));
  }

  @Test
  void zerosStayZerosWhenNormalized() {
    assertThat(Pooling.normalize(new float[] {0, 0})).containsExactly(0, 0);
  }

  @Test
  void unknownNameIsRefused() {
    assertThatThrownBy(() -> Pooling.named("median"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pooling: expected one of cls, lasttoken, mean, found 'median'");
  }
}
