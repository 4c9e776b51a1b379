package dev.headlight.pipeline;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.util.AccumulatorV2;

/**
 * Reports of a job's partitions. One report a partition, whatever is retried: a partition that is
 * computed twice replaces its report, so that nothing counts twice. Spark adds what a task reports
 * only if the task succeeds.
 */
final class PartitionReports extends AccumulatorV2<PartitionReport, Map<Integer, PartitionReport>> {
  private final Map<Integer, PartitionReport> reports = new HashMap<>();

  @Override
  public synchronized boolean isZero() {
    return reports.isEmpty();
  }

  @Override
  public synchronized PartitionReports copy() {
    PartitionReports copy = new PartitionReports();
    copy.reports.putAll(reports);
    return copy;
  }

  @Override
  public synchronized void reset() {
    reports.clear();
  }

  @Override
  public synchronized void add(PartitionReport report) {
    reports.put(report.partition(), report);
  }

  @Override
  public void merge(AccumulatorV2<PartitionReport, Map<Integer, PartitionReport>> other) {
    Map<Integer, PartitionReport> others = other.value();
    synchronized (this) {
      reports.putAll(others);
    }
  }

  @Override
  public synchronized Map<Integer, PartitionReport> value() {
    return Map.copyOf(reports);
  }

  /** Counts of all partitions together. */
  PartitionCounts total() {
    return value().values().stream()
        .map(PartitionReport::counts)
        .reduce(PartitionCounts.NONE, PartitionCounts::plus);
  }
}
