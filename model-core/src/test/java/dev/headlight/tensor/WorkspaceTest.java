package dev.headlight.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkspaceTest {
  private static final int MIB = 1 << 20;

  /** A batch of three matrices of 4 MiB and more, one of which outlives another. */
  private static void batch(Workspace workspace, int rows) {
    try (Workspace.Scope outer = workspace.scope()) {
      Matrix first = workspace.matrix(rows, 1024);
      fill(first, 1);
      try (Workspace.Scope inner = workspace.scope()) {
        fill(workspace.matrix(rows, 1024), 2);
      }
      Matrix third = workspace.matrix(rows, 2048);
      fill(third, 3);
      requireAll(first, 1);
      requireAll(third, 3);
    }
  }

  private static void fill(Matrix matrix, float value) {
    float[] row = new float[matrix.columns()];
    java.util.Arrays.fill(row, value);
    for (int i = 0; i < matrix.rows(); i++) {
      matrix.writeRow(i, row, 0);
    }
  }

  private static void requireAll(Matrix matrix, float value) {
    for (int row : new int[] {0, matrix.rows() / 2, matrix.rows() - 1}) {
      assertThat(matrix.get(row, 0)).isEqualTo(value);
      assertThat(matrix.get(row, matrix.columns() - 1)).isEqualTo(value);
    }
  }

  @Test
  void batchesThatGrowLeaveNoMemoryBehindThatFitsNothing() {
    try (Workspace workspace = new Workspace()) {
      for (int rows = 1024; rows <= 2048; rows += 64) {
        batch(workspace, rows);
      }
      batch(workspace, 2048);

      long needed = 3L * 2048 * 1024 * Float.BYTES;
      assertThat(workspace.allocatedBytes()).isBetween(needed, needed + needed / 4);
    }
  }

  @Test
  void memoryIsKeptFromBatchToBatch() {
    try (Workspace workspace = new Workspace()) {
      batch(workspace, 2048);
      batch(workspace, 2048);
      long held = workspace.allocatedBytes();
      batch(workspace, 64);
      batch(workspace, 2048);

      assertThat(workspace.allocatedBytes()).isEqualTo(held);
    }
  }

  @Test
  void smallNeedsTakeOneSlab() {
    try (Workspace workspace = new Workspace();
        Workspace.Scope scope = workspace.scope()) {
      for (int i = 0; i < 4; i++) {
        workspace.bytes(MIB - 100);
      }

      assertThat(workspace.allocatedBytes()).isBetween(4L * MIB, 5L * MIB);
    }
  }
}
