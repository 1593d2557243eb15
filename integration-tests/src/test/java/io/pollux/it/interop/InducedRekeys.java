package io.pollux.it.interop;

import com.typesafe.config.Config;

/** Tunnels whose peer may lose count, and what Pollux says of it. */
final class InducedRekeys {
  /** Several times the window. */
  static final int PACKETS = 300;

  private InducedRekeys() {}

  /** One whose window such a peer leaves soon; it is watched if the remote is redundant. */
  static Tunnel tunnel(int number) {
    return Tunnel.number(number).polluxChild("replay-window", "32");
  }

  static Tunnel redundant(int number) {
    return tunnel(number).pollux("remote.redundant = true");
  }

  /** Both daemons, and each tunnel up with traffic of the peer; {@code quiet} as configured. */
  static void start(Lab lab, String quiet, Tunnel... tunnels) {
    lab.startPollux(
        "induced-rekey { packets = 20, time = 500ms, quiet = %s, interval = 200ms }\n"
            .formatted(quiet),
        tunnels);
    lab.startSwan("", tunnels);
    for (Tunnel tunnel : tunnels) {
      lab.pollux.ctl("up", tunnel.name()).orFail();
      PeerSa.send(lab, tunnel, PACKETS);
    }
  }

  /** What the daemon has counted of them. */
  static Config status(Lab lab) {
    return Sas.parse(lab.pollux.json("status")).getConfig("inducedRekey");
  }
}
