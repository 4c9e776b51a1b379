package dev.headlight.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.pipeline.RunEstimate;

/**
 * What an executor takes for a model, and what to give it: the rule of docs/running.md, which was
 * measured.
 *
 * @param weights bytes outside of the heap, once for all tasks
 */
record ExecutorMemory(long weights) {
  private static final long MIB = 1 << 20;

  /** Heap: what Spark takes, and for each task rows on their way to a table. */
  private static final long HEAP = 1024 * MIB;

  private static final long HEAP_PER_TASK = 512 * MIB;

  /** Outside of the heap: the JVM itself and kernels, and for each task a batch and buffers. */
  private static final long JVM = 768 * MIB;

  private static final long OVERHEAD_PER_TASK = 512 * MIB;

  /** What the model takes. */
  String used() {
    return "%s of weights in fp32 in each executor, and up to %s of a batch for each task that runs"
        .formatted(Units.bytes(weights), Units.bytes(RunEstimate.BATCH_BYTES));
  }

  /** What executors are given, so that there is room for everything else as well. */
  String settings() {
    return "spark.executor.memory %s and %s for each task, spark.executor.memoryOverhead %s and %s for each task"
        .formatted(
            Units.bytes(HEAP),
            Units.bytes(HEAP_PER_TASK),
            Units.bytes(JVM + weights),
            Units.bytes(OVERHEAD_PER_TASK));
  }

  /** Adds both to a description for programs. */
  void addTo(ObjectNode description) {
    description.put("native_bytes_per_executor", weights);
    description.put("batch_bytes_per_task", RunEstimate.BATCH_BYTES);
    description
        .putObject("executor_memory")
        .put("heap_bytes", HEAP)
        .put("heap_bytes_per_task", HEAP_PER_TASK)
        .put("overhead_bytes", JVM + weights)
        .put("overhead_bytes_per_task", OVERHEAD_PER_TASK);
  }
}
