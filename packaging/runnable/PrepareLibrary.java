import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code PrepareLibrary FROM TO}: the jars of the package.
 *
 * <p>Native libraries come out of their jars into TO/native and are gone from there, so that
 * nothing is unpacked into a world-writable directory when the daemon starts. Signatures of jars
 * are dropped: verifying them costs a third of the start, and signed classes cannot go into an AOT
 * cache; what vouches for them is the package. Jars that have not changed since are left alone.
 */
final class PrepareLibrary {
  private static final Map<String, List<String>> ARCHITECTURE =
      Map.of(
          "amd64", List.of("jni/x86_64-Linux/", "linux-x86_64.so", "_x86_64.so"),
          "aarch64", List.of("jni/aarch64-Linux/", "linux-aarch_64.so", "_aarch_64.so"));

  private PrepareLibrary() {}

  public static void main(String[] args) throws IOException {
    Path from = Path.of(args[0]);
    Path to = Path.of(args[1]);
    Path natives = Files.createDirectories(to.resolve("native"));
    Set<Path> wanted = new LinkedHashSet<>();
    for (Path jar : list(from)) {
      Path target = to.resolve(jar.getFileName());
      wanted.add(target);
      if (!current(jar, target)) {
        prepare(jar, target, natives);
      }
    }
    for (Path there : list(to)) {
      if (!wanted.contains(there)) {
        Files.delete(there); // of an earlier version: it would come first in the class path
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static boolean current(Path jar, Path target) throws IOException {
    return Files.exists(target)
        && Files.getLastModifiedTime(target).equals(Files.getLastModifiedTime(jar));
  }

  private static void prepare(Path jar, Path target, Path natives) throws IOException {
    FileTime stamp = Files.getLastModifiedTime(jar);
    Path fresh = target.resolveSibling(target.getFileName() + ".new");
    Files.copy(jar, fresh, StandardCopyOption.REPLACE_EXISTING);
    try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + fresh.toUri()), Map.of())) {
      List<Path> gone = new ArrayList<>();
      try (Stream<Path> all = Files.walk(zip.getPath("/"))) {
        for (Path entry : all.filter(Files::isRegularFile).toList()) {
          String name = entry.toString().substring(1);
          if (isNative(name)) {
            if (forThisMachine(name)) {
              Path library = natives.resolve(entry.getFileName().toString());
              Files.copy(entry, library, StandardCopyOption.REPLACE_EXISTING);
            }
            gone.add(entry);
          } else if (name.matches("META-INF/[^/]+\\.(SF|DSA|RSA|EC)")) {
            gone.add(entry);
          }
        }
      }
      for (Path entry : gone) {
        Files.delete(entry);
      }
    }
    Files.setLastModifiedTime(fresh, stamp);
    Files.move(
        fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isNative(String name) {
    return name.matches(".*\\.(so|dll|dylib|jnilib|a)") || name.matches("jni/[^/]+/lib.*");
  }

  private static boolean forThisMachine(String name) {
    List<String> marks = ARCHITECTURE.getOrDefault(System.getProperty("os.arch"), List.of());
    return name.endsWith(".so") && marks.stream().anyMatch(name::contains);
  }
}
