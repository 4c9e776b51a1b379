package dev.headlight.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the native libraries and kernels are on this machine, and whether they work.
 *
 * @param kernels name of the kernels that are used
 * @param precisions those that these kernels compute in here
 * @param libraries the native libraries
 * @param unstableRows an example of a row whose bits depend on the number of rows beside it; empty
 *     if the kernels are sound
 */
public record KernelReport(
    String kernels, List<String> precisions, List<NativeLibrary> libraries, String unstableRows) {

  /**
   * A native library.
   *
   * @param description its version and what it makes of this processor; empty if it does not load
   * @param problem why it does not load; empty if it does
   * @param needed whether the kernels that are used need it
   */
  public record NativeLibrary(String name, String description, String problem, boolean needed) {}

  public KernelReport {
    precisions = List.copyOf(precisions);
    libraries = List.copyOf(libraries);
  }

  /**
   * Loads the libraries and tries the kernels.
   *
   * @param name as {@link Kernels#named} takes it
   */
  public static KernelReport of(String name) {
    List<NativeLibrary> libraries = new ArrayList<>();
    // Where oneDNN does not load, auto takes ND4J.
    boolean nd4j = !name.equals("onednn");
    libraries.add(library("ND4J", nd4j, KernelReport::nd4j));
    libraries.add(library("OpenBLAS", nd4j, KernelReport::openBlas));
    libraries.add(library("oneDNN", !nd4j, KernelReport::oneDnn));
    boolean broken =
        libraries.stream().anyMatch(library -> library.needed() && !library.problem().isEmpty());
    if (broken) {
      return new KernelReport(name, List.of(), libraries, "");
    }
    Kernels kernels = Kernels.named(name);
    return new KernelReport(
        kernels.name(),
        kernels.name().equals("nd4j") ? List.of("fp32") : Kernels.supportedPrecisions(),
        libraries,
        RowStability.violation(kernels.products()).orElse(""));
  }

  private static NativeLibrary library(String name, boolean needed, Supplier<String> description) {
    try {
      return new NativeLibrary(name, description.get(), "", needed);
    } catch (RuntimeException | LinkageError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return new NativeLibrary(name, "", String.valueOf(cause), needed);
    }
  }

  private static String nd4j() {
    return "backend " + Nd4j.getBackend().getClass().getSimpleName();
  }

  private static String openBlas() {
    Loader.load(openblas_nolapack.class);
    String version = openblas_nolapack.OPENBLAS_VERSION.strip();
    return Nd4jProducts.instance().blasForProjections()
        ? version
        : version + ", for attention only: on this processor it rounds a row by its place";
  }

  private static String oneDnn() {
    Loader.load(dnnl.class);
    boolean bfloat16 = new OneDnn().multiplies(OneDnn.Type.BF16);
    return "oneDNN %d.%d.%d, instruction set %s%s"
        .formatted(
            dnnl.dnnl_version().major(),
            dnnl.dnnl_version().minor(),
            dnnl.dnnl_version().patch(),
            dnnl.get_effective_cpu_isa().intern().toString(),
            bfloat16 ? "" : ", multiplies bf16 in float32");
  }
}
