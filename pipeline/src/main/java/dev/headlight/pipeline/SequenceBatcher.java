package dev.headlight.pipeline;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.ToLongFunction;

/**
 * Groups rows into batches within a budget, in their order. A batch ends before the row that would
 * exceed the budget; a row that exceeds it by itself is a batch of its own. Holds one batch and one
 * row.
 */
final class SequenceBatcher<T> implements Iterator<List<T>> {
  private final Iterator<T> rows;
  private final ToLongFunction<T> tokens;
  private final BatchBudget budget;
  private T next;

  /**
   * Batches of rows.
   *
   * @param tokens tokens of a row; 0 for one that is not computed
   */
  SequenceBatcher(Iterator<T> rows, ToLongFunction<T> tokens, BatchBudget budget) {
    this.rows = rows;
    this.tokens = tokens;
    this.budget = budget;
  }

  @Override
  public boolean hasNext() {
    return next != null || rows.hasNext();
  }

  @Override
  public List<T> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    List<T> batch = new ArrayList<>();
    long batchTokens = 0;
    long batchBytes = 0;
    while (hasNext() && batch.size() < BatchBudget.MOST_ROWS) {
      T row = next != null ? next : rows.next();
      next = null;
      long rowTokens = tokens.applyAsLong(row);
      long rowBytes = rowTokens == 0 ? 0 : budget.perExample().bytes(rowTokens);
      boolean exceeds =
          batchTokens + rowTokens > budget.tokens() || batchBytes + rowBytes > budget.bytes();
      if (exceeds && batchTokens > 0 && rowTokens > 0) {
        next = row;
        break;
      }
      batch.add(row);
      batchTokens += rowTokens;
      batchBytes += rowBytes;
    }
    return batch;
  }
}
