package io.pollux.it.arch;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules about the files: each returns the offenders, as "file: what". */
final class Tidiness {
  /** The aim is 400; what is over 450 is split. */
  private static final int MAX_LINES = 450;

  /**
   * Left open on purpose means an issue, not a mark in the source. Written so that this file does
   * not match itself.
   */
  private static final Pattern LEFT_OPEN = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  private static final Pattern SYNCHRONIZED = Pattern.compile("\\bsynchronized\\s*\\(");
  private static final Pattern WIDE_ACCESS =
      Pattern.compile("\\.(get|put)(Short|Int|Long|Char|Float|Double)\\(");
  private static final Pattern COMMENTS = Pattern.compile("//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);

  /** First parts of paths that any machine has; another one tells where somebody worked. */
  private static final Set<String> USUAL =
      Set.of(
          "bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc",
          "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var");

  private Tidiness() {}

  static Set<String> tooLong(SourceTree tree) {
    return offenders(
        tree,
        (path, text) -> isCode(path) && text.lines().count() > MAX_LINES,
        text -> text.lines().count() + " lines");
  }

  static Set<String> leftOpen(SourceTree tree) {
    return offenders(
        tree,
        (path, text) -> LEFT_OPEN.matcher(text).find(),
        text -> LEFT_OPEN.matcher(text).results().findFirst().orElseThrow().group());
  }

  /** Packages of production code without a contract. */
  static Set<String> withoutPackageInfo(SourceTree tree) {
    return tree.files().keySet().stream()
        .filter(
            path -> path.toString().contains("src/main/java") && path.toString().endsWith(".java"))
        .map(Path::getParent)
        .filter(directory -> !tree.files().containsKey(directory.resolve("package-info.java")))
        .map(directory -> directory + ": no package-info.java")
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What compiled classes do not show: monitors, and buffers in whatever octet order. */
  static Set<String> unclearCores(SourceTree tree) {
    return offenders(
        tree,
        (path, text) -> isCore(path) && !problemOfCore(text).isEmpty(),
        Tidiness::problemOfCore);
  }

  private static String problemOfCore(String text) {
    String code = COMMENTS.matcher(text).replaceAll("");
    if (SYNCHRONIZED.matcher(code).find()) {
      return "synchronized";
    }
    boolean buffer = code.contains("ByteBuffer.wrap(") || code.contains("ByteBuffer.allocate");
    if (buffer && WIDE_ACCESS.matcher(code).find() && !code.contains(".order(")) {
      return "ByteBuffer without an explicit order";
    }
    return "";
  }

  /** Paths of the machine that it was written on. */
  static Set<String> namesAWorkplace(SourceTree tree) {
    Set<String> places = workplaces(tree.root(), Path.of(System.getProperty("user.home")));
    if (places.isEmpty()) {
      return Set.of();
    }
    Pattern any =
        Pattern.compile(
            places.stream()
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(?<![\\w.])(", ")(?![\\w.-])")));
    return offenders(
        tree,
        (_, text) -> any.matcher(text).find(),
        text -> any.matcher(text).results().findFirst().orElseThrow().group());
  }

  /** The tree's own place, what is above it where that tells something, a home with a name. */
  static Set<String> workplaces(Path root, Path home) {
    Set<String> places = new LinkedHashSet<>();
    String top = root.getNameCount() == 0 ? "" : root.getName(0).toString();
    boolean telling = !USUAL.contains(top) || top.equals("home") || top.equals("tmp");
    for (Path place = root; place != null && place.getNameCount() > 1; place = place.getParent()) {
      if (telling || place.equals(root)) {
        places.add(place.toString());
      }
    }
    if (!top.isEmpty() && !USUAL.contains(top)) {
      places.add("/" + top);
    }
    if (home.getNameCount() > 1) {
      places.add(home.toString());
    }
    return places;
  }

  private static Set<String> offenders(
      SourceTree tree, BiPredicate<Path, String> offends, Function<String, String> what) {
    return tree.files().entrySet().stream()
        .filter(file -> offends.test(file.getKey(), file.getValue()))
        .map((Map.Entry<Path, String> file) -> file.getKey() + ": " + what.apply(file.getValue()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The programs of tests in C are tables of names, one a line. */
  private static boolean isCode(Path path) {
    return !path.toString().contains("src/test/c/")
        && Stream.of(".java", ".c", ".h", ".sh").anyMatch(path.toString()::endsWith);
  }

  private static boolean isCore(Path path) {
    String name = path.toString().replace('/', '.');
    int at = name.indexOf("src.main.java.");
    return at >= 0
        && BannedCalls.isCore(path.getParent().toString().substring(at + 14).replace('/', '.'));
  }
}
