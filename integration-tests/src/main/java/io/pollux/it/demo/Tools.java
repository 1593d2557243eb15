package io.pollux.it.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs that the demo starts, looked up before anything is built.
 *
 * @param labflow the traffic tool
 * @param pollux the runnable directory: bin/polluxd, bin/polluxctl
 */
record Tools(Path labflow, Path pollux) {

  /** What is missing, in words; empty when all is there. */
  static List<String> missing(boolean strongSwan) {
    List<String> out = new ArrayList<>();
    for (String name : List.of("ip", "nsenter", "tcpdump")) {
      if (find(name) == null) {
        out.add(name);
      }
    }
    if (strongSwan) {
      for (String name : List.of("charon-systemd", "swanctl")) {
        if (find(name) == null) {
          out.add(name);
        }
      }
    }
    return out;
  }

  /** The notify script for keepalived that Pollux ships. */
  String notifyScript() {
    Path root = Path.of(System.getProperty("pollux.root", "."));
    return root.resolve("packaging/dist/examples/keepalived/pollux-notify").toString();
  }

  static boolean has(String name) {
    return find(name) != null;
  }

  private static Path find(String name) {
    for (String dir :
        List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")) {
      Path p = Path.of(dir, name);
      if (Files.isExecutable(p)) {
        return p;
      }
    }
    return null;
  }

  String polluxd() {
    return pollux.resolve("bin/polluxd").toString();
  }

  String polluxctl() {
    return pollux.resolve("bin/polluxctl").toString();
  }
}
