package dev.headlight.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.nn.PartClock.Part;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class PartClockTest {
  private double result;

  private void work() {
    for (int i = 1; i < 200_000; i++) {
      result += Math.sin(i);
    }
  }

  private static long processorTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  @Test
  void partsThatTakeTurnsShareTheProcessorTimeUntilTheirLapsEnd() {
    PartClock clock = PartClock.on();
    long before = processorTime();
    clock.restart();
    for (int turn = 0; turn < 5; turn++) {
      work();
      clock.lap(Part.SOFTMAX);
      work();
      clock.lap(Part.STATISTICS);
    }
    assertThat(clock.nanos().values()).as("before the laps have ended").containsOnly(0L);
    clock.endLaps();
    long softmax = clock.nanos().get(Part.SOFTMAX);
    long statistics = clock.nanos().get(Part.STATISTICS);
    assertThat(softmax).isPositive();
    assertThat(statistics).isPositive();
    assertThat(softmax + statistics).isLessThanOrEqualTo(processorTime() - before + 2);
    clock.endLaps();
    assertThat(clock.nanos())
        .as("laps count once")
        .containsEntry(Part.SOFTMAX, softmax)
        .containsEntry(Part.STATISTICS, statistics);
    assertThat(result).isFinite();
  }

  @Test
  void laterPartsDoNotCountWhatLapsHaveCounted() {
    PartClock clock = PartClock.on();
    long before = processorTime();
    clock.restart();
    work();
    clock.lap(Part.SOFTMAX);
    clock.endLaps();
    work();
    clock.end(Part.VALUES);
    long all = clock.nanos().values().stream().mapToLong(Long::longValue).sum();
    assertThat(all).isLessThanOrEqualTo(processorTime() - before + 2);
    assertThat(clock.nanos().get(Part.VALUES)).isPositive();
  }

  @Test
  void aClockThatIsOffCountsNothing() {
    PartClock clock = PartClock.off();
    clock.restart();
    clock.lap(Part.SOFTMAX);
    clock.endLaps();
    clock.end(Part.VALUES);
    assertThat(clock.nanos()).isEmpty();
  }
}
