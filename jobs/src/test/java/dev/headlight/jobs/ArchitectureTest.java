package dev.headlight.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which packages the classes of this module may live in and use. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> location.contains("/jobs/target/"))
          .importPackages("dev.headlight");

  @Test
  void everyClassBelongsToTheJobsPackage() {
    classes()
        .should()
        .resideInAPackage("dev.headlight.jobs..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void commandsDoNoMathematics() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.nd4j..", "org.bytedeco..", "dev.headlight.kernel..", "dev.headlight.nn..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
