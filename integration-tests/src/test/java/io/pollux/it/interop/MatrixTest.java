package io.pollux.it.interop;

import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table; its results become docs/interop.csv by {@code ./dev interop}. */
@LabTest(xfrmInterface = true)
@Tag("long")
@ExtendWith(Evidence.class)
class MatrixTest {
  private static final MatrixResults RESULTS = new MatrixResults();
  private static MatrixLab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = new MatrixLab(directory, rows());
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  static List<Combination> rows() {
    return Matrix.chosen();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void row(Combination row) {
    RESULTS.judge(row, lab::judge);
  }
}
