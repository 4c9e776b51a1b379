package dev.headlight.kernel;

/** Chooses the row operations of this JVM. */
final class Rows {
  /**
   * Vectors where the JVM was started with {@code --add-modules jdk.incubator.vector}, as Spark's
   * JVMs are.
   */
  static final RowOperations BEST = best();

  private Rows() {}

  private static RowOperations best() {
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    return vectors ? new VectorRowOperations() : ScalarRowOperations.INSTANCE;
  }
}
