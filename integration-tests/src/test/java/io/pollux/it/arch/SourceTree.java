package io.pollux.it.arch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The project's own text files: everything except what is built, fetched or hidden by the version
 * control.
 */
record SourceTree(Path root, SortedMap<Path, String> files) {
  private static final Set<String> NOT_OURS =
      Set.of(".git", "target", "build", "demo-report", ".idea", ".vscode", "node_modules");

  private static final int LARGEST = 2_000_000;

  /** Reads the tree that this test belongs to. */
  static SourceTree read() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("LICENSE")) && root.getParent() != null) {
      root = root.getParent();
    }
    return read(root);
  }

  /** Reads the tree below ROOT, the paths relative to it. */
  static SourceTree read(Path root) {
    SortedMap<Path, String> files = new TreeMap<>();
    try {
      Files.walkFileTree(root, new Collector(root, files));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SourceTree(root, files);
  }

  private static final class Collector extends SimpleFileVisitor<Path> {
    private final Path root;
    private final SortedMap<Path, String> files;

    Collector(Path root, SortedMap<Path, String> files) {
      this.root = root;
      this.files = files;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      boolean skip =
          !directory.equals(root) && NOT_OURS.contains(directory.getFileName().toString());
      return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      boolean ours = !NOT_OURS.contains(file.getFileName().toString());
      if (ours && attributes.isRegularFile() && attributes.size() < LARGEST) {
        try {
          files.put(root.relativize(file), Files.readString(file));
        } catch (MalformedInputException _) {
          return FileVisitResult.CONTINUE; // not text
        }
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
