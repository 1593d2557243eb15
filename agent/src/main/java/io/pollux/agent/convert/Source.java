package io.pollux.agent.convert;

import java.nio.file.Path;

/**
 * A file of another daemon, which may hold secrets: its {@code toString} tells the name alone.
 *
 * @param file where it lies: relative names of what it includes start at its folder
 */
public record Source(Path file, String text) {
  public Source {
    file = file.toAbsolutePath().normalize();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
