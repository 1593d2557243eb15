package io.pollux.agent.control;

import java.nio.file.Path;

/**
 * Where the answer will be read.
 *
 * @param columns width; 0 for no limit (a file, a pipe)
 * @param tty whether it is a terminal
 * @param color whether colours are wanted
 * @param cwd the caller's directory, against which its file arguments are resolved
 */
public record Terminal(int columns, boolean tty, boolean color, Path cwd) {
  public Terminal {
    if (columns < 0 || columns > 100_000) {
      columns = 0;
    }
    if (!cwd.isAbsolute()) {
      cwd = Path.of("/");
    }
  }

  /** Neither width nor colour. */
  public static Terminal plain() {
    return new Terminal(0, false, false, Path.of("/"));
  }
}
