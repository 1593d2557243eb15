package io.pollux.it.demo;

import io.pollux.it.lab.Machine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where the demo's machines stand: as namespaces of one kernel, or as guest kernels. The names of
 * the machines are those of {@link Topology}.
 */
sealed interface Site permits NamespaceSite, GuestSite {

  /** For the report: what the machines are. */
  String description();

  /** The release of the kernels whose ESP is tried. */
  String kernel();

  /** The scenarios that can be played here. */
  List<Scenario> scenarios();

  /** Everything at once: wires, hosts, gateways that forward already. */
  void build();

  /** Removes all of it; what is not there is not missed. */
  void destroy();

  Machine on(String machine);

  /** A gateway that was dead comes back, without its daemon, and does not forward yet. */
  void rebuild(Gateway gw);

  /** What a gateway's start-up does when its daemon stands. */
  void forward(Gateway gw);

  /** Captures on the wires, from now on. */
  Recording record(Path dir);

  /** The gateway loses its power. */
  Strike powerCut(Gateway gw);

  /** The Java machine of a gateway gets a signal; links, kernel and guard live. */
  Strike signalJava(Gateway gw, int signal);

  /**
   * The kernels' SAs with their counters, without their keys: {@code NAME-xfrm-WHEN.txt} and {@code
   * peer-stat-WHEN.txt}.
   */
  void snapshot(Path dir, String when);

  /** What the machines have written can be read here. */
  void flush();

  /** A host's traffic, ready to start. */
  default LabFlow flow(String host, Path labflow, List<String> arguments) {
    return LabFlow.on(on(host), labflow, arguments);
  }

  /** Captures that run until they are stopped. */
  interface Recording extends AutoCloseable {
    /** What else was measured meanwhile, for the report. */
    default Map<String, String> figures() {
      return Map.of();
    }

    /** Call when the traffic has ended: waits for the last packets. */
    void stop();

    @Override
    void close();
  }
}
