package dev.headlight.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The one jar that is submitted: what it holds, and that nothing it needs is left out. */
class JobJarIT {
  private static final Path JAR = Path.of(System.getProperty("headlight.jobs.jar"));

  /** Of the class path of the tests, the jars whose content the job jar has to bring itself. */
  private static final List<String> BUNDLED =
      List.of("/headlight-", "/org/nd4j/", "/org/bytedeco/", "/ai/djl/", "/info/picocli/");

  private static final List<String> BUNDLED_PROJECTS =
      List.of("/model-core/target/", "/pipeline/target/", "/jobs/target/classes");

  @Test
  void holdsOurClassesAndTheNativeLibraries() throws IOException {
    assertThat(entries())
        .contains(
            "dev/headlight/tensor/Shapes.class",
            "org/nd4j/linalg/cpu/nativecpu/bindings/linux-x86_64-avx2/libnd4jcpu.so",
            "org/bytedeco/openblas/linux-x86_64/libopenblas.so.0",
            "org/bytedeco/dnnl/linux-x86_64/libdnnl.so.3",
            "native/lib/linux-x86_64/cpu/libtokenizers.so");
  }

  @Test
  void holdsNothingThatSparkProvides() throws IOException {
    assertThat(entries())
        .noneMatch(
            name ->
                Stream.of(
                        "org/apache/spark/",
                        "org/apache/hadoop/",
                        "org/apache/commons/",
                        "org/slf4j/",
                        "scala/",
                        "com/fasterxml/",
                        "com/google/",
                        "javax/")
                    .anyMatch(name::startsWith));
  }

  @Test
  void holdsNoSignaturesOfItsParts() throws IOException {
    assertThat(entries()).noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|RSA|DSA)"));
  }

  @Test
  void namesItsMainClassAndVersion() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo("dev.headlight.jobs.Main");
      assertThat(jar.getManifest().getMainAttributes().getValue("Implementation-Version"))
          .isNotBlank();
    }
  }

  @Test
  void carriesTheLicensesOfWhatItHolds() throws IOException {
    assertThat(text("META-INF/LICENSE")).contains("Apache License");
    assertThat(text("META-INF/NOTICE")).startsWith("Headlight").contains("OpenBLAS");
    assertThat(text("META-INF/licenses/OpenBLAS.txt")).contains("The OpenBLAS Project");
  }

  @Test
  void nativeLibrariesWorkWithTheClassPathOfSparkAndNothingElse() throws Exception {
    String sparkClassPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> BUNDLED.stream().noneMatch(entry::contains))
            .filter(entry -> BUNDLED_PROJECTS.stream().noneMatch(entry::contains))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                JAR + File.pathSeparator + sparkClassPath,
                NativeLibrariesProgram.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output).contains("ND4J 4.0", "oneDNN 3.11", "tokenizers [1, 0]");
  }

  private static List<String> entries() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      return jar.stream().map(ZipEntry::getName).toList();
    }
  }

  private static String text(String entry) throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile());
        InputStream in = jar.getInputStream(jar.getEntry(entry))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
