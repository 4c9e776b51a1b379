package dev.headlight.families;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.headlight.kernel.Kernels;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Results in int8 stay within the errors that docs/precision.md publishes. */
class Int8Test {
  static Stream<GoldenCase> cases() {
    return Goldens.allWithRuns().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultsAreCloseToThoseInFloat32(GoldenCase golden) throws IOException {
    assumeThat(Kernels.supportedPrecisions()).contains("int8");
    PrecisionErrors errors = PrecisionErrors.of(golden, "int8");

    // it does differ: otherwise nothing was computed in bytes
    assertThat(errors.hiddenState()).isBetween(1e-5, 0.1);
    assertThat(errors.cosine()).isGreaterThan(0.99);
    assertThat(errors.entropy()).isLessThan(0.2);
    assertThat(errors.maxWeight()).isLessThan(0.1);
  }
}
