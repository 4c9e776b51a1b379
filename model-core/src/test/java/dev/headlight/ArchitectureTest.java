package dev.headlight;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package of this module may use which. */
class ArchitectureTest {
  private static final String ROOT = "dev.headlight.";

  /** Each package with the packages of this module its classes may use, besides itself. */
  private static final Map<String, List<String>> MAY_USE =
      Map.of(
          "tensor", List.of(),
          "kernel", List.of("tensor", "config"),
          "safetensors", List.of("tensor"),
          "config", List.of("safetensors", "tensor"),
          "nn", List.of("kernel", "tensor", "config", "safetensors"),
          "statistics", List.of("nn", "kernel", "tensor"),
          "model", List.of("nn", "statistics", "kernel", "tensor", "config", "safetensors"),
          "families",
              List.of("model", "nn", "statistics", "kernel", "tensor", "config", "safetensors"),
          "text", List.of("model", "config", "safetensors", "tensor", "kernel"),
          "image", List.of("model", "config", "safetensors"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.headlight");

  static Stream<String> packages() {
    return MAY_USE.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packageUsesOnlyThePackagesBelowIt(String name) {
    String[] forbidden =
        packages()
            .filter(other -> !other.equals(name) && !MAY_USE.get(name).contains(other))
            .map(other -> ROOT + other + "..")
            .toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage(ROOT + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void everyClassBelongsToAListedPackage() {
    String[] listed = packages().map(name -> ROOT + name + "..").toArray(String[]::new);

    classes().should().resideInAnyPackage(listed).check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching("dev.headlight.(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void nothingUsesSparkHadoopOrScala() {
    assertThat(CLASSES).isNotEmpty();
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
        .check(CLASSES);
  }
}
