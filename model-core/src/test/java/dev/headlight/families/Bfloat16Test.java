package dev.headlight.families;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Results in bfloat16 stay within the errors that docs/precision.md publishes. */
class Bfloat16Test {
  static Stream<GoldenCase> cases() {
    return Goldens.allWithRuns().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultsAreCloseToThoseInFloat32(GoldenCase golden) throws IOException {
    PrecisionErrors errors = PrecisionErrors.of(golden, "bf16");

    // it does differ: otherwise nothing was computed in bfloat16
    assertThat(errors.hiddenState()).isBetween(1e-5, 0.05);
    assertThat(errors.cosine()).isGreaterThan(0.995);
    assertThat(errors.entropy()).isLessThan(0.1);
    assertThat(errors.maxWeight()).isLessThan(0.05);
  }
}
