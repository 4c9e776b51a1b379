package dev.headlight.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatLanesTest {
  @Test
  void exponentialsHaveTheBitsOfThoseTakenOneByOne() {
    Random random = new Random(17);
    for (int count : new int[] {1, 15, 16, 33}) {
      float[] values = new float[48];
      for (int i = 0; i < count; i++) {
        values[i] = 200 * random.nextFloat() - 100;
      }
      values[count / 2] = Float.NaN;
      float[] exponentials = values.clone();

      FloatLanes.exp(exponentials, count);

      float[] expected = new float[count];
      for (int i = 0; i < count; i++) {
        expected[i] = ScalarMath.exp(values[i]);
      }
      assertThat(Arrays.copyOf(exponentials, count)).isEqualTo(expected);
      assertThat(exponentials[count / 2]).isNaN();
    }
  }
}
