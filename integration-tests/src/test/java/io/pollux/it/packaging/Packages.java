package io.pollux.it.packaging;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code ./dev package} has made, and what {@code ./dev package --test} has prepared to try it
 * in.
 */
final class Packages {
  private static final Path FOLDER =
      Path.of(System.getProperty("pollux.root", ".."), "packaging", "target", "packages");

  private Packages() {}

  static Path deb() {
    return one("pollux_.*\\.deb");
  }

  static Path image() {
    return one("pollux-image-.*\\.tar");
  }

  /** A root that debootstrap made, never written to. */
  static Path root() {
    String root = System.getenv("POLLUX_TEST_ROOT");
    assumeTrue(
        root != null && Files.isDirectory(Path.of(root)), "no test root: ./dev package --test");
    return Path.of(root);
  }

  private static Path one(String name) {
    List<Path> found = List.of();
    if (Files.isDirectory(FOLDER)) {
      try (Stream<Path> files = Files.list(FOLDER)) {
        found = files.filter(f -> f.getFileName().toString().matches(name)).toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    assumeTrue(found.size() == 1, "no package: ./dev package");
    return found.getFirst().toAbsolutePath();
  }
}
