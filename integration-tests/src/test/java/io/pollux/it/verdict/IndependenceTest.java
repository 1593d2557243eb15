package io.pollux.it.verdict;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class IndependenceTest {
  /** Code that judges Pollux shares none with it, nor with the demo. */
  @Test
  void theJudgeUsesTheJdkAndNothingElse() {
    classes()
        .that()
        .resideInAPackage("io.pollux.it.verdict")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "io.pollux.it.verdict")
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.pollux.it.verdict"));
  }
}
