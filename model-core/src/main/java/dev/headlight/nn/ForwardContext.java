package dev.headlight.nn;

import dev.headlight.kernel.Kernels;
import dev.headlight.kernel.MatrixProducts;
import dev.headlight.kernel.RowOperations;
import dev.headlight.kernel.SoftmaxRows;
import dev.headlight.kernel.WeightBlock;
import dev.headlight.tensor.Workspace;

/**
 * What a forward pass works with: kernels, and the scratch memory of the thread that runs it. One
 * per thread.
 *
 * @param softmaxRows scratch of the attention tiles
 * @param weightBlock scratch of their softmax
 * @param clock told of the end of each part
 */
public record ForwardContext(
    Kernels kernels,
    Workspace workspace,
    SoftmaxRows softmaxRows,
    WeightBlock weightBlock,
    PartClock clock) {

  public static ForwardContext on(Kernels kernels, Workspace workspace, PartClock clock) {
    return new ForwardContext(kernels, workspace, new SoftmaxRows(), new WeightBlock(), clock);
  }

  MatrixProducts products() {
    return kernels.products();
  }

  RowOperations rows() {
    return kernels.rowOperations();
  }
}
