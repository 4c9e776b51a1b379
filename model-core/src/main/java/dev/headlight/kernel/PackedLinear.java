package dev.headlight.kernel;

/**
 * Weights of one linear projection {@code y = x W^T + b}, in the layout its {@link MatrixProducts}
 * prefers. Its memory belongs to the arena that it was packed into.
 */
public interface PackedLinear {
  /** Width of x. */
  int inputs();

  /** Width of y. */
  int outputs();
}
