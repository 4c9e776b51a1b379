package dev.headlight.statistics;

/** Whether the JVM was started with the module of the Vector API. */
final class VectorModule {
  private VectorModule() {}

  static boolean isPresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }
}
