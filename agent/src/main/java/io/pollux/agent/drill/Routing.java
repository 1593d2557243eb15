package io.pollux.agent.drill;

import io.pollux.agent.drill.Snapshot.Sa;
import io.pollux.agent.drill.Snapshot.Traffic;
import java.util.List;
import java.util.Map;

/**
 * Which way the probes of a quiet time went. On the active node the counters of the tunnels' SAs
 * must move in both directions. A standby's kernel is told what the active node has carried, so
 * there the interfaces speak: their octets must be far fewer than the probes'.
 */
final class Routing {
  private static final double MOST = 0.8; // a window's edges cut through probes
  private static final double FEW = 0.5;

  private Routing() {}

  /** Hears a sentence, and whether it is good news. */
  interface Hearer {
    void add(boolean good, String sentence);
  }

  static void judge(Window w, List<String> ports, Hearer to) {
    if (w.active()) {
      active(w, to);
    } else {
      standby(w, ports, to);
    }
  }

  private static void active(Window w, Hearer to) {
    for (Map.Entry<String, Long> answered : w.answers().entrySet()) {
      String tunnel = answered.getKey();
      List<Sa> before = w.from().of(tunnel);
      List<Sa> after = w.to().of(tunnel);
      if (before.isEmpty() || after.isEmpty() || !before.getLast().sameEsp(after.getLast())) {
        to.add(true, "active: " + tunnel + " was rekeyed meanwhile, so not counted");
        continue;
      }
      long in = after.getLast().packetsIn() - before.getLast().packetsIn();
      long out = after.getLast().packetsOut() - before.getLast().packetsOut();
      long least = (long) Math.floor(MOST * answered.getValue());
      to.add(
          in >= least && out >= least && answered.getValue() > 0,
          "active: "
              + tunnel
              + " carried "
              + out
              + " packets out and "
              + in
              + " in for "
              + answered.getValue()
              + " answered probes");
    }
  }

  private static void standby(Window w, List<String> ports, Hearer to) {
    if (w.octets() == 0) {
      to.add(true, "standby: probes of unknown size, so its interfaces were not judged");
      return;
    }
    for (String port : ports) {
      Traffic before = w.from().interfaces().get(port);
      Traffic after = w.to().interfaces().get(port);
      if (before == null || after == null) {
        to.add(false, "standby: no counters of " + port);
        continue;
      }
      Traffic moved = after.since(before);
      long limit = (long) (FEW * w.octets());
      to.add(
          moved.inOctets() < limit && moved.outOctets() < limit,
          "standby: "
              + port
              + " received "
              + moved.inOctets()
              + " octets and sent "
              + moved.outOctets()
              + " while "
              + w.octets()
              + " were probed each way");
    }
  }
}
