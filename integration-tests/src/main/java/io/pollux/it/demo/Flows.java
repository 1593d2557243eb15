package io.pollux.it.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which packets run where. A flow's number says what it is: ten per tunnel, of which 1 and 2 go
 * from the hub through the GCM and the CBC Child SA, 3 and 4 the other way; bait has numbers of its
 * own.
 */
record Flows(int tunnels, int packetsPerSecond) {
  static final int PORT = 7000;
  static final int TCP_PORT = 7001;
  static final int BAIT_PORT = 9;
  static final int TCP_KBIT = 1000;
  static final int BAIT_PER_SECOND = 50;
  static final int BAIT_A = 9001;
  static final int BAIT_B = 9002;

  /**
   * Packets that are sent before there is any policy, to see that the clear-text check sees them.
   */
  static final int CANARY = 9009;

  List<Integer> hubToBranch() {
    return numbers(1, 2);
  }

  List<Integer> branchToHub() {
    return numbers(3, 4);
  }

  private List<Integer> numbers(int gcm, int cbc) {
    List<Integer> out = new ArrayList<>();
    for (int i = 0; i < tunnels; i++) {
      out.add(10 * i + gcm);
      out.add(10 * i + cbc);
    }
    return out;
  }

  List<String> hubArguments(Path log) {
    List<String> a = new ArrayList<>(List.of("--log", log.toString()));
    a.addAll(List.of("--recv", Topology.HUB_HOST + "/" + PORT));
    for (int i = 0; i < tunnels; i++) {
      a.addAll(send(10 * i + 1, Topology.HUB_HOST, Topology.gcmHost(i)));
      a.addAll(send(10 * i + 2, Topology.HUB_HOST, Topology.cbcHost(i)));
    }
    a.addAll(bait(BAIT_A, Gateway.A, BAIT_PER_SECOND));
    a.addAll(bait(BAIT_B, Gateway.B, BAIT_PER_SECOND));
    a.add("--tcp-send");
    a.add("%s/%s/%d/%d".formatted(Topology.HUB_HOST, Topology.gcmHost(0), TCP_PORT, TCP_KBIT));
    return a;
  }

  List<String> branchArguments(Path log) {
    List<String> a = new ArrayList<>(List.of("--log", log.toString()));
    for (int i = 0; i < tunnels; i++) {
      a.addAll(List.of("--recv", Topology.gcmHost(i) + "/" + PORT));
      a.addAll(List.of("--recv", Topology.cbcHost(i) + "/" + PORT));
      a.addAll(send(10 * i + 3, Topology.gcmHost(i), Topology.HUB_HOST));
      a.addAll(send(10 * i + 4, Topology.cbcHost(i), Topology.HUB_HOST));
    }
    a.addAll(List.of("--recv", Topology.gcmHost(0) + "/" + BAIT_PORT));
    a.addAll(List.of("--tcp-serve", Topology.gcmHost(0) + "/" + TCP_PORT));
    return a;
  }

  /** Straight to one gateway's own interface, whoever is active. */
  static List<String> bait(int flow, Gateway gw, int perSecond) {
    return List.of(
        "--bait",
        "%d/eth0/%s/%s/%s/%d"
            .formatted(flow, gw.lanMac(), Topology.HUB_HOST, Topology.gcmHost(0), perSecond));
  }

  private List<String> send(int flow, String from, String to) {
    return List.of("--send", "%d/%s/%s/%d/%d".formatted(flow, from, to, PORT, packetsPerSecond));
  }
}
