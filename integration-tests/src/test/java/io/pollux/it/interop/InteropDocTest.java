package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table that is shown is the one that was run, and it is large enough. */
class InteropDocTest {
  private static final Path DOCS = root().resolve("docs");

  private static Path root() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("dev"))) {
      root = root.getParent();
    }
    return root;
  }

  private static String docs(String name) throws IOException {
    return Files.readString(DOCS.resolve(name));
  }

  @Test
  void theResultsAreThoseOfTheTablesRows() throws IOException {
    List<String> lines = docs("interop.csv").lines().toList();

    assertThat(lines.getFirst() + "\n").isEqualTo(InteropTable.head());
    List<Combination> rows = Matrix.all();
    assertThat(lines).hasSize(rows.size() + 1);
    for (Combination row : rows) {
      String expected =
          KnownFaults.of(row)
              .map(fault -> InteropTable.line(row, fault.what(), fault.whose()))
              .orElseGet(() -> InteropTable.line(row, InteropTable.PASSED, ""));
      String notRun = InteropTable.line(row, InteropTable.NOT_RUN, "");
      assertThat(lines.get(row.number()) + "\n").isIn(expected, notRun);
    }
  }

  /** Version and all: what the table was run with stands among what has been tried. */
  @Test
  void thePeersAreAmongWhatIsCompatible() throws IOException {
    String compatible = docs("compatibility.md");
    Matcher peer = Pattern.compile("\\*\\*(\\w+ [\\d.]+)\\*\\*").matcher(docs("interop.md"));
    List<String> peers = peer.results().map(m -> m.group(1)).toList();

    assertThat(peers).hasSize(3); // strongSwan, libreswan, Linux
    assertThat(peers).allSatisfy(p -> assertThat(compatible).contains("| " + p + ","));
  }

  @Test
  void anotherRunReplacesItsRowsAlone() throws IOException {
    String csv = docs("interop.csv");
    Combination first = Matrix.all().getFirst();
    String now = InteropTable.head() + InteropTable.line(first, "worse", "nobody");

    String merged = InteropDoc.merged(csv, now);

    assertThat(merged.lines().toList().get(1)).endsWith(";worse;nobody");
    assertThat(merged.lines().skip(2)).containsExactlyElementsOf(csv.lines().skip(2).toList());
    assertThat(InteropDoc.merged("", now).lines().skip(2)).allMatch(l -> l.endsWith(";not run;"));
  }

  @Test
  void thePageShowsTheResults() throws IOException {
    String page = docs("interop.md");

    assertThat(page).isEqualTo(InteropDoc.filled(page, docs("interop.csv")));
  }

  @Test
  void anEditedPageIsNoticed() throws IOException {
    String page = docs("interop.md");
    String edited = page.replaceFirst("\\| 1 \\| strongSwan", "| 1 | strongerSwan");

    assertThat(edited).isNotEqualTo(page);
    assertThat(InteropDoc.filled(edited, docs("interop.csv"))).isEqualTo(page);
    assertThatThrownBy(() -> InteropDoc.filled("nothing", docs("interop.csv")))
        .hasMessageContaining("generated part");
  }

  @Test
  void everyPairIsInSomeRow() {
    assertThat(Matrix.missing()).isZero();
    assertThat(Matrix.all()).hasSizeGreaterThan(40);
    assertThat(Matrix.all())
        .filteredOn(row -> KnownFaults.of(row).isEmpty())
        .hasSizeGreaterThan(40);
  }

  @Test
  void rowsThatLackAPairAreNoticed() {
    int[] sizes = {2, 3};
    Pairs.Rules rules =
        new Pairs.Rules() {
          @Override
          public boolean excludes(int factor, int value, int otherFactor, int otherValue) {
            return factor == 0 && value == 1 && otherValue == 2;
          }

          @Override
          public boolean wanted(int factor, int otherFactor) {
            return true;
          }
        };
    List<int[]> rows = Pairs.cover(sizes, rules);

    assertThat(rows).hasSize(5).noneMatch(row -> row[0] == 1 && row[1] == 2);
    assertThat(Pairs.missing(sizes, rules, rows)).isZero();
    assertThat(Pairs.missing(sizes, rules, rows.subList(1, 5))).isEqualTo(1);
  }

  @Test
  void theSampleHasBothPeersInBothRoles() {
    assertThat(Matrix.sample().stream().map(row -> row.peer() + " " + row.byPollux()))
        .contains("STRONGSWAN true", "STRONGSWAN false", "LIBRESWAN true", "LIBRESWAN false");
  }
}
