package dev.headlight.kernel;

/**
 * Weights rounded to 8 bits, one scale for each output: {@code weight = packed * scale}.
 *
 * @param packed signed bytes in oneDNN's layout, without a bias
 * @param scales {@code [outputs]}
 * @param bias {@code [outputs]}, zeros where there is none
 */
record Int8Weights(OneDnnWeights packed, float[] scales, float[] bias) implements PackedLinear {
  @Override
  public int inputs() {
    return packed.inputs();
  }

  @Override
  public int outputs() {
    return packed.outputs();
  }
}
