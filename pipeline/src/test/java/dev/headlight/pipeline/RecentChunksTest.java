package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentChunksTest {
  private final List<Integer> fetched = new ArrayList<>();
  private final RecentChunks chunks =
      new RecentChunks(
          index -> {
            fetched.add(index);
            return new byte[] {(byte) index};
          });

  @Test
  void chunkIsFetchedOnceHoweverManyPartsAreReadOfIt() {
    for (int part = 0; part < 100; part++) {
      assertThat(chunks.apply(3)).containsExactly(3);
    }

    assertThat(fetched).containsExactly(3);
  }

  @Test
  void tensorAcrossTwoChunksLeavesBothInPlace() {
    for (int part = 0; part < 100; part++) {
      assertThat(chunks.apply(part % 2)).containsExactly(part % 2);
    }

    assertThat(fetched).containsExactly(0, 1);
  }

  @Test
  void noMoreThanTwoAreHeld() {
    chunks.apply(0);
    chunks.apply(1);
    chunks.apply(2);
    chunks.apply(0);

    assertThat(fetched).containsExactly(0, 1, 2, 0);
  }
}
