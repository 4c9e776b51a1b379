package dev.headlight.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ShapesTest {
  @Test
  void equalShapePasses() {
    long[] found = {2, 3};

    assertThat(Shapes.requireEqual("q_proj.weight", new long[] {2, 3}, found)).isSameAs(found);
  }

  @Test
  void otherShapeIsNamedWithBothShapes() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Shapes.requireEqual("q_proj.weight", new long[] {2, 3}, new long[] {3, 2}))
        .withMessage("q_proj.weight: expected shape [2, 3], found [3, 2]");
  }

  @Test
  void elementsAreTheProductOfTheLengths() {
    assertThat(Shapes.elements("x", 2, 3, 5)).isEqualTo(30);
    assertThat(Shapes.elements("x", 7, 0, 5)).isZero();
    assertThat(Shapes.elements("x")).isEqualTo(1);
  }

  @Test
  void negativeLengthIsRefusedEvenBesideZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shapes.elements("x", 0, -1))
        .withMessage("x: shape [0, -1] has a negative length");
  }

  @Test
  void overflowIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shapes.elements("x", 1L << 32, 1L << 31))
        .withMessage("x: shape [4294967296, 2147483648] has more elements than can be counted");
  }
}
