package io.pollux.agent.convert;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where something stands.
 *
 * @param included the file, if it is not the one that was named but one that it includes
 */
record Place(Optional<Path> included, int line) {
  @Override
  public String toString() {
    return "line " + line + included.map(file -> " of " + file).orElse("");
  }
}
