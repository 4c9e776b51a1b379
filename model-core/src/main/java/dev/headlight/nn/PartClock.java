package dev.headlight.nn;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.Map;

/**
 * Tells how the processor time of a forward pass is divided among its parts. The pass names each
 * part at its end, and the time since the part before is counted for it. One clock per thread; a
 * clock that is off counts nothing and costs a comparison for each part, one that is on about half
 * a microsecond.
 */
public final class PartClock {
  /** Parts of a forward pass. What a projection fuses (bias, activation, residual) is its own. */
  public enum Part {
    /** Lookup of tokens and positions, or cutting and projecting of patches. */
    EMBEDDING,
    /** q_proj, k_proj and v_proj. */
    QKV_PROJ,
    /** Rotary embedding, norms of queries and keys, biases of scores. */
    POSITIONS,
    /** Products of queries and keys. */
    SCORES,
    SOFTMAX,
    STATISTICS,
    /** Products of attention weights and values. */
    VALUES,
    O_PROJ,
    NORMS,
    /** gate_proj and up_proj. */
    GATE_UP_PROJ,
    /** Activation and gate, as far as they are not fused. */
    ACTIVATION,
    DOWN_PROJ,
    /** Checks, copies of results, the rest. */
    OTHER
  }

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final boolean on;
  private final Map<Part, Duration> durations = new EnumMap<>(Part.class);
  private long last;
  private long lastLap;

  private static final class Duration {
    private long nanos;
    private long laps; // elapsed, since the end of the part before
  }

  private PartClock(boolean on) {
    this.on = on;
    for (Part part : Part.values()) {
      durations.put(part, new Duration());
    }
  }

  /** A clock that counts nothing. */
  public static PartClock off() {
    return new PartClock(false);
  }

  /** A clock that counts; the thread it is for restarts it. */
  public static PartClock on() {
    return new PartClock(true);
  }

  /** Counts the time since the end of the part before for this part. */
  public void end(Part part) {
    if (on) {
      long now = THREADS.getCurrentThreadCpuTime();
      durations.get(part).nanos += now - last;
      last = now;
      lastLap = System.nanoTime();
    }
  }

  /**
   * Counts the time since the lap or part before for a part that takes turns with others, too often
   * for the processor time to be asked for each time: it is divided among them by elapsed time when
   * the laps end.
   */
  public void lap(Part part) {
    if (on) {
      long now = System.nanoTime();
      durations.get(part).laps += now - lastLap;
      lastLap = now;
    }
  }

  /** Ends the laps since the end of the part before. */
  public void endLaps() {
    if (on) {
      long now = THREADS.getCurrentThreadCpuTime();
      long elapsed = durations.values().stream().mapToLong(duration -> duration.laps).sum();
      for (Duration duration : durations.values()) {
        duration.nanos +=
            elapsed == 0 ? 0 : Math.round((now - last) * (double) duration.laps / elapsed);
        duration.laps = 0;
      }
      last = now;
      lastLap = System.nanoTime();
    }
  }

  /** Forgets what was counted, and counts this thread's time from now on. */
  public void restart() {
    durations.values().forEach(duration -> duration.nanos = 0);
    last = THREADS.getCurrentThreadCpuTime();
    lastLap = System.nanoTime();
  }

  /** Nanoseconds by part; empty if the clock is off. */
  public Map<Part, Long> nanos() {
    Map<Part, Long> result = new EnumMap<>(Part.class);
    if (on) {
      durations.forEach((part, duration) -> result.put(part, duration.nanos));
    }
    return result;
  }
}
