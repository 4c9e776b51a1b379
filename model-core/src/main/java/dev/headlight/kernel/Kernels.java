package dev.headlight.kernel;

import java.util.List;
import java.util.Locale;

/**
 * The arithmetic a model runs on: products and row operations that fit this machine.
 *
 * @param precision {@code fp32}, {@code bf16} or {@code int8}
 */
public record Kernels(MatrixProducts products, RowOperations rowOperations, String precision) {
  /** Names that {@code --kernels} takes. */
  public static final List<String> NAMES = List.of("auto", "nd4j", "onednn");

  /** Names that {@code --precision} takes. */
  public static final List<String> PRECISIONS = List.of("fp32", "bf16", "int8");

  /** Kernels in float32, by the name that {@code --kernels} takes. */
  public static Kernels named(String name) {
    return named(name, "fp32");
  }

  /**
   * Chooses kernels.
   *
   * @param name {@code nd4j}; {@code onednn}; or {@code auto}: oneDNN where its library loads, else
   *     ND4J
   * @param precision {@code fp32}; or {@code bf16} or {@code int8}, which only oneDNN has
   * @throws IllegalArgumentException for other names, or a precision that the kernels or the
   *     processor do not have
   */
  public static Kernels named(String name, String precision) {
    String wanted = requireOneOf("kernels", name, NAMES);
    String exact = requireOneOf("precision", precision, PRECISIONS);
    if (wanted.equals("nd4j") && !exact.equals("fp32")) {
      throw new IllegalArgumentException(
          "precision "
              + exact
              + " needs kernels onednn, found nd4j; choose kernels auto or onednn");
    }
    boolean nd4j =
        wanted.equals("nd4j")
            || (wanted.equals("auto") && exact.equals("fp32") && !OneDnn.available());
    return new Kernels(nd4j ? Nd4jProducts.instance() : oneDnn(exact), Rows.BEST, exact);
  }

  /** The precisions that this machine computes in. */
  public static List<String> supportedPrecisions() {
    if (!OneDnn.available()) {
      return List.of("fp32");
    }
    return PRECISIONS.stream()
        .filter(precision -> !precision.equals("int8") || new Int8Products(new OneDnn()).exact())
        .toList();
  }

  private static MatrixProducts oneDnn(String precision) {
    if (!OneDnn.available()) {
      throw new IllegalArgumentException(
          "kernels onednn: its native library does not load on this machine; choose kernels nd4j and precision fp32");
    }
    OneDnn oneDnn = new OneDnn();
    return switch (precision) {
      case "int8" -> int8(oneDnn);
      case "bf16" -> OneDnnProducts.bfloat16(oneDnn);
      default -> new OneDnnProducts(oneDnn, OneDnn.Type.FP32);
    };
  }

  private static MatrixProducts int8(OneDnn oneDnn) {
    Int8Products products = new Int8Products(oneDnn);
    if (!products.exact()) {
      throw new IllegalArgumentException(
          "precision int8 needs a processor with instructions for products of bytes (AVX-512 VNNI, AVX-VNNI or AMX), and this one has none; choose precision fp32");
    }
    return products;
  }

  private static String requireOneOf(String what, String name, List<String> known) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!known.contains(lower)) {
      throw new IllegalArgumentException(
          "unknown " + what + " '" + name + "'; expected one of " + String.join(", ", known));
    }
    return lower;
  }

  /** Name of the products, as {@code run.json} and {@code doctor} report it. */
  public String name() {
    return products.name();
  }
}
