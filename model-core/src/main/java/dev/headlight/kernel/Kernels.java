package dev.headlight.kernel;

import java.util.Locale;

/**
 * The arithmetic a model runs on: products and row operations that fit this machine.
 *
 * @param precision {@code fp32} or {@code bf16}
 */
public record Kernels(MatrixProducts products, RowOperations rowOperations, String precision) {

  /**
   * Chooses kernels by the name that {@code --kernels} takes.
   *
   * @param name {@code auto} or {@code nd4j}
   * @throws IllegalArgumentException for any other name
   */
  public static Kernels named(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    if (!wanted.equals("auto") && !wanted.equals("nd4j")) {
      throw new IllegalArgumentException("unknown kernels '" + name + "'; expected auto or nd4j");
    }
    return new Kernels(Nd4jProducts.instance(), Rows.BEST, "fp32");
  }

  /** Name of the products, as {@code run.json} and {@code doctor} report it. */
  public String name() {
    return products.name();
  }
}
