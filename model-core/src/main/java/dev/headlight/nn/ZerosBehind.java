package dev.headlight.nn;

import dev.headlight.kernel.Operand;
import dev.headlight.tensor.Workspace;

/**
 * Zeros in the rows behind a sequence's values, up to the size that products are filled up to, for
 * as long as it is open. The weights there are 0, but what stands there belongs to the sequences
 * behind, and 0 times their infinity would be NaN. It is put aside and put back.
 */
final class ZerosBehind implements AutoCloseable {
  private final Workspace.Scope scope;
  private final Operand rows;
  private final Operand aside;

  /**
   * Puts rows aside.
   *
   * @param values of all sequences, with {@link ProductSizes#rows} rows
   * @param packing of the values
   */
  ZerosBehind(Operand values, Packing packing, int sequence, ForwardContext context) {
    int length = packing.length(sequence);
    Workspace workspace = context.workspace();
    this.scope = workspace.scope();
    this.rows =
        values.rows(packing.start(sequence) + length, ProductSizes.of(length) - length); // [r, g*k]
    this.aside = context.products().newOperand(rows.rows(), rows.columns(), workspace);
    aside.copyFrom(rows);
    rows.clear();
  }

  @Override
  public void close() {
    rows.copyFrom(aside);
    scope.close();
  }
}
