package io.pollux.it.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The files of the project keep to the rules of {@link Tidiness}. */
class TidyTest {
  private static final SourceTree TREE = SourceTree.read();

  @Test
  void theTreeIsThere() {
    assertThat(TREE.files()).containsKeys(Path.of("pom.xml"), Path.of("dev"));
  }

  @Test
  void filesAreShort() {
    assertThat(Tidiness.tooLong(TREE)).isEmpty();
  }

  @Test
  void nothingIsLeftOpen() {
    assertThat(Tidiness.leftOpen(TREE)).isEmpty();
  }

  @Test
  void everyPackageSaysItsContract() {
    assertThat(Tidiness.withoutPackageInfo(TREE)).isEmpty();
  }

  @Test
  void coresHaveNoMonitorsAndNoBufferOfUnclearOrder() {
    assertThat(Tidiness.unclearCores(TREE)).isEmpty();
  }

  @Test
  void noFileNamesAWorkplace() {
    assertThat(Tidiness.namesAWorkplace(TREE)).isEmpty();
  }

  @Test
  void licenceIsApache2() {
    assertThat(TREE.files().get(Path.of("LICENSE"))).contains("Apache License", "Version 2.0");
    assertThat(TREE.files().get(Path.of("pom.xml"))).contains("<name>Apache-2.0</name>");
  }

  /** The rules can fail: a tree that breaks each of them is found out. */
  @Test
  void untidyTreeIsFoundOut() {
    Path core = Path.of("ike-engine/src/main/java/io/pollux/ike/sa/Bad.java");
    Path order = Path.of("ha-sync/src/main/java/io/pollux/ha/vrrp/Bad.java");
    Path edge = Path.of("ha-sync/src/main/java/io/pollux/ha/link/Good.java");
    String monitor = "void f() { synchronized (this) { } } // TO" + "DO";
    SourceTree bad =
        new SourceTree(
            Path.of("/workshop/anna/pollux"),
            new TreeMap<>(
                Map.of(
                    core,
                    monitor,
                    edge,
                    monitor.replace("//", "/* fine */ //"),
                    order,
                    "ByteBuffer.wrap(octets).getInt()",
                    Path.of("long.c"),
                    "int x;\n".repeat(451),
                    Path.of("leak.md"),
                    "see /workshop/anna/notes")));

    assertThat(Tidiness.tooLong(bad)).containsExactly("long.c: 451 lines");
    assertThat(Tidiness.leftOpen(bad)).hasSize(2);
    assertThat(Tidiness.withoutPackageInfo(bad)).hasSize(3);
    assertThat(Tidiness.unclearCores(bad))
        .containsExactly(order + ": ByteBuffer without an explicit order", core + ": synchronized");
    assertThat(Tidiness.namesAWorkplace(bad))
        .singleElement()
        .asString()
        .startsWith("leak.md: /workshop");
  }
}
