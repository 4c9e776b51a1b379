package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;

/**
 * bfloat16 on processors that oneDNN does not multiply it on (those without AVX-512): operands are
 * rounded as elsewhere, widened again, and multiplied in float32. Results differ from those of
 * other processors by the order of sums only.
 */
final class WidenedProducts implements MatrixProducts {
  /** Widened rows of a projection are to stay in the second-level cache: 512 KiB. */
  private static final int CHUNK_FLOATS = 128 * 1024;

  private static final int SMALLEST_CHUNK = 128;

  private final MatrixProducts exact;

  /**
   * Wraps products in float32.
   *
   * @param exact give a row the same bits however many rows there are
   */
  WidenedProducts(MatrixProducts exact) {
    this.exact = exact;
  }

  @Override
  public String name() {
    return exact.name();
  }

  @Override
  public PackedLinear pack(Matrix weight, float[] bias, NativeArena arena) {
    try (Workspace temporary = new Workspace()) {
      return exact.pack(operand(weight, temporary).exact(temporary), bias, arena);
    }
  }

  @Override
  public Operand operand(Matrix values, Workspace workspace) {
    return BFloat16.rounded(values, workspace);
  }

  @Override
  public Operand newOperand(int rows, int columns, Workspace workspace) {
    return BFloat16.take(rows, columns, columns, workspace);
  }

  @Override
  public void linear(
      Operand input,
      PackedLinear weights,
      Activation activation,
      Operand output,
      Workspace workspace) {
    forEachChunk(
        input,
        workspace,
        (first, widened) -> {
          Matrix result = workspace.matrix(widened.rows(), weights.outputs());
          exact.linear(widened, weights, activation, result, workspace);
          BFloat16.put(result, output.rows(first, widened.rows()));
        });
  }

  @Override
  public void linearAdd(Operand input, PackedLinear weights, Matrix output, Workspace workspace) {
    forEachChunk(
        input,
        workspace,
        (first, widened) ->
            exact.linearAdd(widened, weights, output.rows(first, widened.rows()), workspace));
  }

  private interface ChunkReader {
    void read(int firstRow, Operand widened);
  }

  private static void forEachChunk(Operand input, Workspace workspace, ChunkReader reader) {
    int chunk = Math.max(SMALLEST_CHUNK, CHUNK_FLOATS / input.columns());
    for (int first = 0; first < input.rows(); first += chunk) {
      Operand rows = input.rows(first, Math.min(chunk, input.rows() - first));
      try (Workspace.Scope scope = workspace.scope()) {
        reader.read(first, widened(rows, workspace));
      }
    }
  }

  @Override
  public Operand weights(Matrix scores, Workspace workspace) {
    return newOperand(scores.rows(), scores.columns(), workspace);
  }

  @Override
  public void scores(
      Operand query,
      Operand key,
      HeadGroup group,
      float scale,
      Matrix scores,
      Workspace workspace) {
    try (Workspace.Scope scope = workspace.scope()) {
      HeadGroup alone = alone(group);
      int columns = alone.queryColumn(alone.count());
      int from = group.queryColumn(0) - alone.queryColumn(0);
      Operand queries = widened(query.columns(from, columns), workspace); // [tq, heads*k]
      Operand keys = widened(keyColumns(key, group), workspace); // [tk, key heads*k]
      exact.scores(queries, keys, alone, scale, scores, workspace);
    }
  }

  @Override
  public void values(
      Operand weights, Operand value, HeadGroup group, Operand context, Workspace workspace) {
    try (Workspace.Scope scope = workspace.scope()) {
      HeadGroup alone = alone(group);
      int from = alone.queryColumn(0);
      int columns = group.count() * group.headDim();
      Operand values = widened(keyColumns(value, group), workspace); // [tk, key heads*k]
      Matrix result = workspace.matrix(context.rows(), from + columns); // [tq, heads*k]
      exact.values(
          widened(weights, workspace), values, alone, new Operand.Floats(result), workspace);
      BFloat16.put(result.columns(from, columns), context.columns(group.queryColumn(0), columns));
    }
  }

  /** The group in matrices that begin with its first key head and that head's queries. */
  private static HeadGroup alone(HeadGroup group) {
    int perKey = group.queriesPerKey();
    return new HeadGroup(group.first() % perKey, group.count(), perKey, group.headDim());
  }

  private static Operand keyColumns(Operand keys, HeadGroup group) {
    int first = group.keyColumn(0);
    int end = group.keyColumn(group.count() - 1) + group.headDim();
    return keys.columns(first, end - first);
  }

  private static Operand widened(Operand rounded, Workspace workspace) {
    return new Operand.Floats(rounded.exact(workspace));
  }
}
