package dev.headlight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PoolingTest {
  private static final Offset<Float> CLOSE = within(1e-6f);

  /** Three tokens of width 2. */
  private static final float[] STATES = {1, -2, 3, 4, -5, 6};

  private static float[] pool(PoolingMode mode, boolean includePrompt, int promptTokens) {
    return new Pooling(List.of(mode), includePrompt).pool(STATES, 3, 2, promptTokens);
  }

  @Test
  void eachModeReducesTokensAsItsNameSays() {
    assertThat(pool(PoolingMode.CLS, true, 0)).containsExactly(1, -2);
    assertThat(pool(PoolingMode.MAX, true, 0)).containsExactly(3, 6);
    assertThat(pool(PoolingMode.MEAN, true, 0)).containsExactly(-1 / 3f, 8 / 3f);
    assertThat(pool(PoolingMode.MEAN_SQRT_LEN_TOKENS, true, 0))
        .containsExactly(new float[] {-1 / 1.7320508f, 8 / 1.7320508f}, CLOSE);
    assertThat(pool(PoolingMode.WEIGHTED_MEAN, true, 0))
        .containsExactly(new float[] {(1 + 2 * 3 - 3 * 5) / 6f, (-2 + 2 * 4 + 3 * 6) / 6f}, CLOSE);
    assertThat(pool(PoolingMode.LAST_TOKEN, true, 0)).containsExactly(-5, 6);
  }

  @Test
  void tokensOfThePromptDoNotCountWhereTheyAreExcluded() {
    assertThat(pool(PoolingMode.CLS, false, 1)).containsExactly(3, 4);
    assertThat(pool(PoolingMode.MAX, false, 1)).containsExactly(3, 6);
    assertThat(pool(PoolingMode.MEAN, false, 1)).containsExactly(-1, 5);
    assertThat(pool(PoolingMode.MEAN_SQRT_LEN_TOKENS, false, 1))
        .containsExactly(new float[] {-2 / 1.4142135f, 10 / 1.4142135f}, CLOSE);
    // A token's weight is its place in the whole sequence.
    assertThat(pool(PoolingMode.WEIGHTED_MEAN, false, 1))
        .containsExactly(new float[] {(2 * 3 - 3 * 5) / 5f, (2 * 4 + 3 * 6) / 5f}, CLOSE);
    assertThat(pool(PoolingMode.LAST_TOKEN, false, 1)).containsExactly(-5, 6);
  }

  @ParameterizedTest
  @EnumSource
  void promptsThatCountChangeNothing(PoolingMode mode) {
    assertThat(pool(mode, true, 2)).isEqualTo(pool(mode, true, 0));
  }

  @ParameterizedTest
  @EnumSource
  void nothingButAnExcludedPromptGivesZeros(PoolingMode mode) {
    assertThat(pool(mode, false, 3)).containsExactly(0, 0);
  }

  @ParameterizedTest
  @EnumSource
  void oneTokenIsPooledToItself(PoolingMode mode) {
    assertThat(Pooling.of(mode).pool(new float[] {3, -4}, 1, 2)).containsExactly(3, -4);
  }

  @Test
  void severalModesAreConcatenatedInTheirOrder() {
    Pooling pooling = Pooling.named("max, cls,lasttoken");

    assertThat(pooling.name()).isEqualTo("max,cls,lasttoken");
    assertThat(pooling.width(2)).isEqualTo(6);
    assertThat(pooling.pool(STATES, 3, 2)).containsExactly(3, 6, 1, -2, -5, 6);
  }

  @Test
  void anUnknownNameIsRefusedWithAllNames() {
    assertThatThrownBy(() -> Pooling.named("mean,first"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "pooling: expected one of cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken, or several with commas between them, found 'first'");
  }

  @Test
  void theMeanOfManyTokensIsThatOfExactSums() {
    Random random = new Random(3);
    int tokens = 4001;
    float[] states = new float[tokens];
    double sum = 0;
    for (int t = 0; t < tokens; t++) {
      states[t] = 1000 + random.nextFloat();
      sum += states[t];
    }

    assertThat(Pooling.named("mean").pool(states, tokens, 1))
        .containsExactly((float) (sum / tokens));
  }
}
