package dev.headlight.nn;

import dev.headlight.kernel.Kernels;
import dev.headlight.kernel.MatrixProducts;
import dev.headlight.kernel.RowOperations;
import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.tensor.Workspace;

/**
 * What a forward pass works with: kernels, and the scratch memory of the thread that runs it. One
 * per thread.
 *
 * @param softmaxRows scratch of the attention tiles
 */
public record ForwardContext(Kernels kernels, Workspace workspace, SoftmaxRows softmaxRows) {

  public static ForwardContext on(Kernels kernels, Workspace workspace) {
    return new ForwardContext(kernels, workspace, new SoftmaxRows());
  }

  MatrixProducts products() {
    return kernels.products();
  }

  RowOperations rows() {
    return kernels.rowOperations();
  }
}
