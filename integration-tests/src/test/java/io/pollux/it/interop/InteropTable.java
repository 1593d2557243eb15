package io.pollux.it.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The table's two forms: lines of {@code docs/interop.csv} and of {@code docs/interop.md}. */
final class InteropTable {
  static final String PASSED = "passed";

  /** Somebody has to find out whose fault it is; a test does not take it as an answer. */
  static final String FAILED = "failed";

  /** The row is new. */
  static final String NOT_RUN = "not run";

  private static final String SEPARATOR = ";";

  private InteropTable() {}

  /** The first line of the file, which names the columns. */
  static String head() {
    List<String> headings = new ArrayList<>(Combination.HEADINGS);
    headings.addAll(List.of("result", "whose fault"));
    return String.join(SEPARATOR, headings) + "\n";
  }

  static String line(Combination row, String result, String whose) {
    List<String> cells = new ArrayList<>(row.cells());
    cells.addAll(List.of(result, whose));
    return String.join(SEPARATOR, cells) + "\n";
  }

  /** The file as a table. */
  static String markdown(String csv) {
    List<String> lines = csv.lines().toList();
    String head = row(lines.getFirst());
    String rule = "|" + "---|".repeat(lines.getFirst().split(SEPARATOR, -1).length);
    return lines.stream()
        .skip(1)
        .map(InteropTable::row)
        .collect(Collectors.joining("\n", head + "\n" + rule + "\n", "\n"));
  }

  private static String row(String line) {
    return "| " + line.replace(SEPARATOR, " | ") + " |";
  }
}
