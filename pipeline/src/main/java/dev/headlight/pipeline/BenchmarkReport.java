package dev.headlight.pipeline;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a benchmark measured.
 *
 * @param model folder of the checkpoint
 * @param kernels name of the kernels that were used
 * @param sequences of one repetition, of all threads together
 * @param tokens of one repetition, of all threads together
 * @param batchTokens most tokens of a batch
 * @param operations floating-point operations of one repetition
 * @param loadSeconds reading and packing of the weights
 * @param seconds wall time of each repetition
 * @param cpuSeconds processor time of each repetition, of all threads together
 * @param memory what it took
 * @param breakdown processor seconds of one repetition by part, summed over threads; empty if not
 *     asked for
 */
public record BenchmarkReport(
    String model,
    String family,
    String precision,
    String kernels,
    String statistics,
    int threads,
    long sequences,
    long tokens,
    long batchTokens,
    double operations,
    double loadSeconds,
    List<Double> seconds,
    List<Double> cpuSeconds,
    Memory memory,
    Map<String, Double> breakdown) {

  /**
   * Memory of a benchmark.
   *
   * @param weightBytes native memory of the packed weights
   * @param workspaceBytes native scratch memory of all threads
   * @param peakBytes most memory of the process; 0 where the system does not tell
   */
  public record Memory(long weightBytes, long workspaceBytes, long peakBytes) {}

  public BenchmarkReport {
    seconds = List.copyOf(seconds);
    cpuSeconds = List.copyOf(cpuSeconds);
  }

  /** By the median of the repetitions. */
  public double tokensPerSecond() {
    return tokens / median(seconds);
  }

  /** By the fastest repetition. */
  public double bestTokensPerSecond() {
    return tokens / smallest(seconds);
  }

  /**
   * By processor time, the smallest of all repetitions, as if each thread had a core of its own.
   */
  public double tokensPerCpuSecond() {
    return tokens / smallest(cpuSeconds);
  }

  /** By the median of the repetitions. */
  public double gigaOperationsPerSecond() {
    return operations / median(seconds) / 1e9;
  }

  private static double smallest(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
