package io.pollux.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where this JVM runs, told by the launcher ({@code integration-tests/lab/host.c}) in {@code
 * POLLUX_LAB}.
 */
public final class Guest {
  private Guest() {}

  /**
   * True inside the lab: in the guest kernel, or in namespaces made by {@code ./dev lab --host}.
   */
  public static boolean inside() {
    return System.getenv("POLLUX_LAB") != null;
  }

  /**
   * Refuses to go on outside the lab, where the next command would reach the machine's own network.
   *
   * @throws IllegalStateException outside the lab
   */
  public static void require() {
    if (!inside()) {
      throw new IllegalStateException("only inside the kernel lab: ./dev lab CMD");
    }
  }

  /** True in the guest kernel, whose clock is its own; false with {@code ./dev lab --host}. */
  public static boolean ownKernel() {
    return "guest".equals(System.getenv("POLLUX_LAB"));
  }

  /** The release of the running kernel, as {@code uname -r} prints it. */
  public static String kernel() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Does the kernel have XFRM interfaces ({@code CONFIG_XFRM_INTERFACE})? Debian's guest kernel has
   * not.
   */
  public static boolean hasXfrmInterface() {
    try (Namespaces probe = Namespaces.of("probe")) {
      return probe
          .run("probe", "ip", "link", "add", "x0", "type", "xfrm", "dev", "lo", "if_id", "1")
          .ok();
    }
  }
}
