package dev.headlight.statistics;

/**
 * Reduces the attention rows of one head of one sequence to a group of statistics. Reused from
 * sequence to sequence and from layer to layer.
 *
 * <p>Rows arrive by increasing query. What is accumulated may depend on the rows and their order
 * only, not on how they are cut into blocks.
 */
interface HeadAccumulator {
  /** Forgets everything; the next rows are those of this sequence of the batch. */
  void begin(int sequence);

  /** Takes the next queries. */
  void add(RowBlock rows);

  /** Writes the statistics in the order of the group's columns; NaN where undefined. */
  void finish(float[] values, int at);
}
