package dev.headlight.statistics;

/**
 * Sees the attention of one layer of one sequence after the other: all rows of each head, by
 * increasing query.
 */
interface LayerRows {
  /** The next rows are those of this layer and sequence. */
  void begin(int layer, int sequence);

  /** Takes the next queries of a head. */
  void add(int head, RowBlock rows);

  /** All rows of all heads have been seen. */
  void end(SequenceResults results);
}
