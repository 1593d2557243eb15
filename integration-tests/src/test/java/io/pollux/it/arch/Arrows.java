package io.pollux.it.arch;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The table "may import" of the design, row by row.
 *
 * <p>A row says what the packages named on its left may use of ours and of the libraries that only
 * some may touch. The most exact row wins; a package of ours without a row is a violation, so that
 * the table stays complete. Rows of packages that do not exist yet hold nothing back.
 */
final class Arrows {
  private static final String OURS = "io.pollux.";
  private static final String NETTY = "io.netty.";
  private static final String JNR = "jnr.";
  private static final String CONSCRYPT = "org.conscrypt.";
  private static final String BOUNCY_CASTLE = "org.bouncycastle.";
  private static final String CONFIG = "com.typesafe.config.";

  private static final List<String> GUARDED =
      List.of(OURS, NETTY, JNR, "com.kenai.", CONSCRYPT, BOUNCY_CASTLE, CONFIG);

  /** Packages, and prefixes of the classes that they may use; itself is always allowed. */
  private record Row(String packages, List<String> may) {
    Row(String packages, String... may) {
      this(packages, List.of(may));
    }

    boolean covers(String packageName) {
      return within(packageName, packages);
    }
  }

  private static final List<Row> TABLE =
      List.of(
          new Row("io.pollux.linux", JNR, "com.kenai."),
          new Row("io.pollux.netlink", "io.pollux.netlink."),
          new Row("io.pollux.netlink.conn", "io.pollux.linux.", "io.pollux.netlink."),
          new Row("io.pollux.ike", "io.pollux.ike."),
          new Row("io.pollux.ike.crypto", "io.pollux.ike.", CONSCRYPT, BOUNCY_CASTLE),
          new Row("io.pollux.ha", haMay()),
          new Row("io.pollux.ha.link", Stream.concat(haMay().stream(), Stream.of(NETTY)).toList()),
          new Row(
              "io.pollux.agent",
              "io.pollux.linux.",
              "io.pollux.netlink.",
              "io.pollux.ike.",
              "io.pollux.ha.",
              "io.pollux.agent.",
              NETTY,
              CONFIG),
          new Row("io.pollux.it", OURS, NETTY, JNR, CONSCRYPT, BOUNCY_CASTLE, CONFIG),
          // Judges share nothing with what they judge.
          new Row("io.pollux.it.verdict"),
          new Row("io.pollux.it.peer", "io.pollux.it.lab."),
          new Row("io.pollux.it.lab"));

  private static List<String> haMay() {
    return List.of(
        "io.pollux.ha.",
        "io.pollux.ike.event.",
        "io.pollux.ike.sad.",
        // Two value types that events and snapshots are made of.
        "io.pollux.ike.wire.Octets",
        "io.pollux.ike.crypto.Secret");
  }

  private Arrows() {}

  /** Every forbidden arrow that leaves one of CLASSES, as "from -> to". */
  static Set<String> violations(JavaClasses classes) {
    Set<String> found = new TreeSet<>();
    for (JavaClass from : classes) {
      if (!from.getName().startsWith(OURS)) {
        continue;
      }
      Row row = row(from.getPackageName());
      if (row == null) {
        found.add(from.getName() + " is in a package that the table does not name");
        continue;
      }
      from.getDirectDependenciesFromSelf().stream()
          .map(Dependency::getTargetClass)
          .map(JavaClass::getBaseComponentType)
          .filter(to -> !allowed(row, to.getName()))
          .forEach(to -> found.add(from.getName() + " -> " + to.getName()));
    }
    return found;
  }

  private static Row row(String packageName) {
    return TABLE.stream()
        .filter(row -> row.covers(packageName))
        .reduce((one, other) -> one.packages.length() > other.packages.length() ? one : other)
        .orElse(null);
  }

  private static boolean allowed(Row row, String target) {
    if (GUARDED.stream().noneMatch(target::startsWith)) {
      return true;
    }
    return within(target, row.packages)
        || row.may.stream()
            .anyMatch(
                prefix ->
                    prefix.endsWith(".") ? target.startsWith(prefix) : isClass(target, prefix));
  }

  private static boolean within(String name, String packages) {
    return name.equals(packages) || name.startsWith(packages + ".");
  }

  private static boolean isClass(String target, String name) {
    return target.equals(name) || target.startsWith(name + "$");
  }
}
