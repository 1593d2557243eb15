package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What became of rows. A row with a known fault has to fail: else the fault is gone, or wrong. */
final class MatrixResults {
  private final List<String> lines = new ArrayList<>();

  void judge(Combination row, Consumer<Combination> judge) {
    Optional<KnownFaults.Fault> known = KnownFaults.of(row);
    Throwable problem = null;
    try {
      judge.accept(row);
    } catch (AssertionError failed) {
      problem = failed;
    }
    if (known.isPresent()) {
      assertThat(problem).as("%s, which is said to fail: %s", row, known.get()).isNotNull();
      write(InteropTable.line(row, known.get().what(), known.get().whose()));
    } else if (problem instanceof AssertionError failed) {
      write(InteropTable.line(row, InteropTable.FAILED, "not known yet"));
      throw failed;
    } else {
      write(InteropTable.line(row, InteropTable.PASSED, ""));
    }
  }

  /** Leaves them where the lab may write, if it may; after each row, so that none is lost. */
  private void write(String line) {
    lines.add(line);
    String folder = System.getProperty("pollux.reports");
    if (folder == null) {
      return;
    }
    try {
      Files.writeString(
          Path.of(folder, "interop.csv"), InteropTable.head() + String.join("", lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
