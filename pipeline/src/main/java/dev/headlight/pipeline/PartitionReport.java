package dev.headlight.pipeline;

import java.io.Serializable;

/**
 * What a task that read all rows of its partition reports.
 *
 * @param partition index of the partition
 * @param quarantineFile name of the file with its bad rows; null if there are none
 */
record PartitionReport(int partition, PartitionCounts counts, String quarantineFile)
    implements Serializable {}
