package io.pollux.it.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes away what tells the nodes of each other, and nothing else: the pair's link by its carrier;
 * VRRP by filters at the switches' ports, behind the captures, so that everything but VRRP passes.
 */
final class Cuts {
  private static final List<String> SWITCHES = List.of(Topology.WAN, Topology.HUB_SWITCH);

  private Cuts() {}

  /** Takes the link's carrier away at both ends, or gives it back. */
  static void link(boolean cut) {
    StringBuilder batch = new StringBuilder();
    for (Gateway gw : List.of(Gateway.A, Gateway.B)) {
      batch.append("link set ").append(gw.name()).append(cut ? " down\n" : " up\n");
    }
    Shell.script(Topology.in(Topology.LINK_SWITCH, batch.toString()));
  }

  /** No advertisement reaches these gateways from now on. */
  static void vrrp(List<Gateway> towards) {
    StringBuilder s = new StringBuilder();
    for (String ns : SWITCHES) {
      s.append("tc -n ").append(ns).append(" -batch - <<'EOF'\n");
      for (Gateway gw : towards) {
        s.append("qdisc add dev %1$s clsact\n".formatted(gw.name()));
        s.append(
            "filter add dev %s egress protocol ip u32 match ip protocol 112 0xff action drop\n"
                .formatted(gw.name()));
      }
      s.append("EOF\n");
    }
    Shell.script(s.toString());
  }

  /**
   * Ends {@link #vrrp} and keeps how much it has dropped.
   *
   * @return the names of the files with the counters
   */
  static List<String> healVrrp(List<Gateway> towards, Path dir) {
    try {
      for (String ns : SWITCHES) {
        StringBuilder s = new StringBuilder();
        for (Gateway gw : towards) {
          s.append("tc -n %1$s -s filter show dev %2$s egress\n".formatted(ns, gw.name()));
          s.append("tc -n %1$s qdisc del dev %2$s clsact\n".formatted(ns, gw.name()));
        }
        Files.writeString(dir.resolve(file(ns)), Shell.script(s.toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return SWITCHES.stream().map(Cuts::file).toList();
  }

  private static String file(String ns) {
    return "cut-" + ns + ".txt";
  }
}
