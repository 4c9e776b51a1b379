package dev.headlight.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearCkaTest {
  private final Random random = new Random(3);

  private double[][] vectors(int count, int width) {
    double[][] rows = new double[count][width];
    for (double[] row : rows) {
      for (int i = 0; i < width; i++) {
        row[i] = random.nextGaussian();
      }
    }
    return rows;
  }

  private static double[][] copy(double[][] rows) {
    double[][] copy = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      copy[i] = rows[i].clone();
    }
    return copy;
  }

  /** The formula with matrices of features, literally. */
  private static double byFeatures(double[][] x, double[][] y) {
    return crossNorm(x, y) / Math.sqrt(crossNorm(x, x) * crossNorm(y, y));
  }

  private static double crossNorm(double[][] x, double[][] y) {
    double norm = 0;
    for (int i = 0; i < x[0].length; i++) {
      for (int j = 0; j < y[0].length; j++) {
        double meanX = 0;
        double meanY = 0;
        for (int row = 0; row < x.length; row++) {
          meanX += x[row][i] / x.length;
          meanY += y[row][j] / x.length;
        }
        double sum = 0;
        for (int row = 0; row < x.length; row++) {
          sum += (x[row][i] - meanX) * (y[row][j] - meanY);
        }
        norm += sum * sum;
      }
    }
    return norm;
  }

  @Test
  void equalsTheFormulaOverFeaturesForDifferentWidths() {
    double[][] x = vectors(40, 5);
    double[][] y = vectors(40, 8);
    double expected = byFeatures(x, y);

    assertThat(LinearCka.of(copy(x), copy(y))).isCloseTo(expected, within(1e-12));
  }

  @Test
  void rotationScaleAndShiftChangeNothing() {
    double[][] x = vectors(30, 2);
    double[][] y = copy(x);
    for (double[] row : y) {
      double first = row[0];
      row[0] = 3 * (0.6 * first - 0.8 * row[1]) + 5;
      row[1] = 3 * (0.8 * first + 0.6 * row[1]) - 2;
    }

    assertThat(LinearCka.of(x, y)).isCloseTo(1, within(1e-12));
  }

  @Test
  void vectorsThatAreAllTheSameHaveNone() {
    assertThat(LinearCka.of(new double[5][3], vectors(5, 3))).isNaN();
  }
}
