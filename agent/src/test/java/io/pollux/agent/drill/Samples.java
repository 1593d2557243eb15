package io.pollux.agent.drill;

import io.pollux.agent.drill.Snapshot.Sa;
import io.pollux.agent.drill.Snapshot.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Facts and evidence for tests: a drill in which everything went well, and ways to spoil it. */
public final class Samples {
  static final String TUNNEL = "site/net";
  static final Sa SA = new Sa(TUNNEL, "aaaa-bbbb", "c0000001", "c0000002", 100, 200);
  private static final long PROBES = 40;
  private static final long OCTETS = PROBES * 1028;

  private Samples() {}

  public static Facts facts(OptionalLong margin, double peak) {
    return new Facts(
        "gw-a",
        4711,
        true,
        "active (paired)",
        "standby (in sync)",
        true,
        List.of(),
        false,
        false,
        100,
        361,
        180,
        125,
        OptionalLong.of(3200),
        margin,
        "0123",
        List.of(new Facts.Port("wan0", List.of("192.0.2.100")), new Facts.Port("lan0", List.of())),
        List.of(tunnel("site", "net", "10.2.0.0-10.2.255.255", peak)));
  }

  static Facts.Tunnel tunnel(String connection, String child, String remote, double peak) {
    return new Facts.Tunnel(
        connection,
        child,
        "192.0.2.100",
        List.of("10.1.0.0-10.1.255.255"),
        List.of(remote),
        SA.ike(),
        SA.spiIn(),
        SA.spiOut(),
        7,
        peak,
        1,
        2);
  }

  static Snapshot snapshot(Sa sa, long seqErrors, long wanIn) {
    return new Snapshot(
        "active",
        "standby",
        List.of(sa),
        new TreeMap<>(Map.of("XfrmInStateSeqError", seqErrors)),
        new TreeMap<>(
            Map.of(
                "wan0",
                new Traffic(10, wanIn, 10, 1000),
                "lan0",
                new Traffic(10, 1000, 10, 1000))));
  }

  static Sa counted(Sa sa, long in, long out) {
    return new Sa(
        sa.tunnel(), sa.ike(), sa.spiIn(), sa.spiOut(), sa.packetsIn() + in, sa.packetsOut() + out);
  }

  static Window active(long in, long out) {
    return new Window(
        true,
        4000,
        new TreeMap<>(Map.of(TUNNEL, PROBES)),
        PROBES,
        OCTETS,
        snapshot(SA, 0, 1000),
        snapshot(counted(SA, in, out), 0, 1000 + OCTETS));
  }

  static Window standby(long wanIn) {
    return new Window(
        false,
        4000,
        new TreeMap<>(Map.of(TUNNEL, PROBES)),
        PROBES,
        OCTETS,
        snapshot(SA, 0, 1000),
        snapshot(SA, 0, 1000 + wanIn));
  }

  static Passage passage(
      Scenario s, boolean back, long lost, long outside, long gap, Snapshot after) {
    return new Passage(
        s,
        back,
        "ha switchover",
        "2026-01-01T00:00:00Z",
        50,
        900,
        List.of(
            new Passage.Probes("10.2.0.1", TUNNEL, 100, lost, outside, gap, gap < 0 ? -1 : gap)),
        snapshot(SA, 0, 1000),
        after,
        Optional.of(back ? active(PROBES, PROBES) : standby(300)));
  }

  public static List<Passage> allWell() {
    List<Passage> all = new ArrayList<>();
    for (Scenario s : Scenario.values()) {
      all.add(passage(s, false, 3, 0, 300, snapshot(SA, 0, 1000)));
      all.add(passage(s, true, 1, 0, 100, snapshot(SA, 0, 1000)));
    }
    return all;
  }

  public static DrillRecord record(List<Passage> passages, Optional<String> stopped) {
    return new DrillRecord(
        "gw-a",
        "0.1.0",
        "6.1",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:10:00Z",
        new DrillRecord.Limits(1500, 500, 0, 100),
        DrillPlan.of(facts(OptionalLong.of(5), 1000), 100),
        List.of("wan0", "lan0"),
        active(PROBES, PROBES),
        passages,
        stopped,
        stopped.isEmpty(),
        "0123",
        "0123");
  }
}
