package io.pollux.it.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.pollux.ha.link.LinkFixture;
import io.pollux.ike.fixture.BadCoreFixture;
import io.pollux.it.verdict.BadJudgeFixture;
import org.junit.jupiter.api.Test;

/**
 * The compiled classes keep to the table "may import" of the design, and the cores to their banned
 * calls.
 */
class ArchitectureTest {
  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.pollux");

  @Test
  void productionIsThere() {
    assertThat(PRODUCTION.contain("io.pollux.it.lab.Guest")).isTrue();
    assertThat(PRODUCTION.contain(BadCoreFixture.class)).isFalse();
  }

  @Test
  void noForbiddenArrow() {
    assertThat(Arrows.violations(PRODUCTION)).isEmpty();
  }

  @Test
  void noBannedCallInTheCores() {
    assertThat(BannedCalls.in(PRODUCTION)).isEmpty();
  }

  /** The checks can fail: a class that breaks them is found out. */
  @Test
  void badCoreIsFoundOut() {
    JavaClasses bad = new ClassFileImporter().importClasses(BadCoreFixture.class);
    String name = BadCoreFixture.class.getName();

    assertThat(Arrows.violations(bad))
        .contains(
            name + " -> io.netty.buffer.ByteBuf",
            name + " -> org.bouncycastle.crypto.Digest",
            name + " -> io.pollux.it.lab.Guest",
            name + " -> " + LinkFixture.class.getName());
    assertThat(BannedCalls.in(bad))
        .anyMatch(found -> found.endsWith("java.lang.System.nanoTime"))
        .anyMatch(found -> found.endsWith("java.util.HashMap.<init>"))
        .anyMatch(found -> found.endsWith("java.lang.String.getBytes"))
        .anyMatch(found -> found.endsWith("java.security.SecureRandom.<init>"))
        .anyMatch(found -> found.endsWith("java.lang.Thread.start"))
        .anyMatch(found -> found.endsWith("java.lang.System.out"))
        .anyMatch(found -> found.endsWith(": synchronized"))
        .noneMatch(found -> found.endsWith("arraycopy"));
  }

  @Test
  void edgeOfHaMayUseNettyAndClocks() {
    JavaClasses edge = new ClassFileImporter().importClasses(LinkFixture.class);

    assertThat(Arrows.violations(edge)).isEmpty();
    assertThat(BannedCalls.in(edge)).isEmpty();
  }

  @Test
  void judgeThatUsesPolluxIsFoundOut() {
    JavaClasses judge = new ClassFileImporter().importClasses(BadJudgeFixture.class);

    assertThat(Arrows.violations(judge))
        .containsExactly(BadJudgeFixture.class.getName() + " -> " + LinkFixture.class.getName());
  }
}
