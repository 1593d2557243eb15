package io.pollux.it.arch;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the cores do not do: read a clock, draw a random number, start a thread, open a file or a
 * socket, iterate in an order that changes from run to run. The cores are {@code ike} and {@code
 * ha} without {@code ha.link}.
 */
final class BannedCalls {
  private static final Pattern CORE = Pattern.compile("io\\.pollux\\.(ike|ha(?!\\.link))(\\..*)?");

  /** Accesses as "owner.member"; a constructor's member is {@code <init>}. */
  private static final List<Pattern> BANNED =
      List.of(
          Pattern.compile("java\\.lang\\.System\\.(?!arraycopy$|lineSeparator$).*"),
          Pattern.compile("java\\.time\\.[A-Za-z]+\\.now"),
          Pattern.compile("java\\.time\\.Clock\\..*"),
          Pattern.compile("java\\.lang\\.Math\\.random"),
          Pattern.compile("java\\.util\\.UUID\\.randomUUID"),
          Pattern.compile("java\\.util\\.(Random|SplittableRandom)\\..*"),
          Pattern.compile("java\\.util\\.concurrent\\.ThreadLocalRandom\\..*"),
          Pattern.compile("java\\.security\\.SecureRandom\\.(<init>|getInstance.*)"),
          Pattern.compile("java\\.lang\\.Thread(\\$.*)?\\..*"),
          Pattern.compile(
              "java\\.util\\.concurrent\\.(Executor|ForkJoin|CompletableFuture|locks\\.).*"),
          Pattern.compile("java\\.util\\.(Timer|TimerTask)\\..*"),
          Pattern.compile("java\\.util\\.(HashMap|HashSet|IdentityHashMap|WeakHashMap)\\.<init>"),
          Pattern.compile(
              "java\\.util\\.stream\\..*\\.parallel.*|java\\.util\\..*\\.parallelStream"),
          Pattern.compile("java\\.lang\\.Object\\.(hashCode|wait|notify|notifyAll)"),
          Pattern.compile("java\\.nio\\.(file|channels)\\..*"),
          Pattern.compile("java\\.io\\.(File|RandomAccessFile).*"),
          Pattern.compile("java\\.net\\.([A-Za-z]*Socket|URL|URLConnection|NetworkInterface)\\..*"),
          Pattern.compile("java\\.net\\.Inet[46]?Address\\.(getByName|getAllByName|getLocalHost)"),
          Pattern.compile("java\\.net\\.Inet[46]?Address\\.(getHostName|getCanonicalHostName)"));

  private BannedCalls() {}

  /** Is this package one of a core? */
  static boolean isCore(String packageName) {
    return CORE.matcher(packageName).matches();
  }

  /** Every banned thing in those of CLASSES that belong to a core, as "where: what". */
  static Set<String> in(JavaClasses classes) {
    Set<String> found = new TreeSet<>();
    classes.stream()
        .filter(type -> isCore(type.getPackageName()))
        .forEach(
            type -> {
              accesses(type, found);
              synchronizedMethods(type, found);
            });
    return found;
  }

  private static void accesses(JavaClass type, Set<String> found) {
    for (JavaAccess<?> access : type.getAccessesFromSelf()) {
      String target = access.getTargetOwner().getName() + "." + access.getTarget().getName();
      boolean banned = BANNED.stream().anyMatch(pattern -> pattern.matcher(target).matches());
      if (banned || withoutCharset(access)) {
        found.add(access.getOrigin().getFullName() + ": " + target);
      }
    }
  }

  /** {@code String.getBytes()} and {@code new String(byte[])} depend on the machine's settings. */
  private static boolean withoutCharset(JavaAccess<?> access) {
    String target = access.getTarget().getFullName();
    return target.equals("java.lang.String.getBytes()")
        || target.equals("java.lang.String.<init>([B)")
        || target.equals("java.lang.String.<init>(byte[])");
  }

  private static void synchronizedMethods(JavaClass type, Set<String> found) {
    for (JavaMethod method : type.getMethods()) {
      if (method.getModifiers().contains(JavaModifier.SYNCHRONIZED)) {
        found.add(method.getFullName() + ": synchronized");
      }
    }
  }
}
