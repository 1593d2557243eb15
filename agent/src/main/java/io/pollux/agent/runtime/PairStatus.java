package io.pollux.agent.runtime;

import io.pollux.agent.config.HaConfig;
import io.pollux.ha.counters.Margin;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.takeover.RekeySchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The pair as one node sees it, gathered from the threads that know.
 *
 * @param lastAckAgeNs active: since the standby's last acknowledgement; -1 for never
 * @param copyAgeNs standby: since the oldest armed counter was read; empty without SAs
 * @param smallest the standby's smallest margin, whichever node is asked
 * @param rekeys how far the rekeys are that takeovers or short numbers have made necessary
 * @param shutHere outbound SAs of this active node that do not send before they are rekeyed
 * @param obstacles why a failover would not be safe now; empty = ready
 */
record PairStatus(
    RoleState role,
    long epoch,
    boolean gateOpen,
    boolean linkUp,
    SyncState sync,
    long lastAckAgeNs,
    long received,
    long armed,
    Optional<Smallest> smallest,
    String peer,
    RekeySchedule.Progress rekeys,
    int shutHere,
    List<String> obstacles) {
  private static final long REPORT_OLD_NS = 6 * PeerReport.INTERVAL_NS;

  /** A margin and the SA that it belongs to. */
  record Smallest(long packets, String spi) {}

  boolean ready() {
    return obstacles.isEmpty();
  }

  static PairStatus of(Daemon daemon) throws Exception {
    RoleThread role = daemon.role().orElseThrow();
    record Machine(RoleState state, long epoch, boolean gateOpen) {}
    Machine machine = Commands.get(role.look(m -> new Machine(m.state(), m.epoch(), m.gateOpen())));
    record Sync(
        SyncState state,
        long ackAgeNs,
        long received,
        long armed,
        Optional<Margin> margin,
        long shut,
        PeerReport peer,
        int children,
        RekeySchedule.Progress rekeys,
        int shutHere) {}
    Sync sync =
        Commands.get(
            daemon
                .sas()
                .look(
                    v -> {
                      long now = System.nanoTime();
                      var s = v.replication().status(now);
                      return new Sync(
                          v.replication().syncState(),
                          s.map(x -> x.ackAgeNs()).orElse(-1L),
                          s.map(x -> x.received()).orElse(0L),
                          s.map(x -> x.armed()).orElse(0L),
                          v.replication().leading()
                              ? Optional.empty()
                              : v.standby().smallestMargin(now),
                          v.standby().shut(),
                          v.peer(),
                          v.replication().shadow().childCount(),
                          v.rekeying().progress(),
                          v.rekeying().shut());
                    }));
    boolean link = daemon.link().map(PairLink::isUp).orElse(false);
    boolean active = machine.state instanceof RoleState.Active;
    boolean reported = sync.peer.known() && System.nanoTime() - sync.peer.atNs() < REPORT_OLD_NS;
    Optional<Smallest> smallest =
        active
            ? sync.peer
                .smallestMargin()
                .filter(_ -> reported)
                .map(m -> new Smallest(m, sync.peer.marginSpi()))
            : sync.margin.map(m -> new Smallest(m.packets(), m.child().toString()));
    long shut = active ? sync.peer.shut() : sync.shut;
    List<String> obstacles = new ArrayList<>();
    if (!link) {
      obstacles.add("the link is down");
    }
    switch (machine.state) {
      case RoleState.Active(var pairing) when pairing != RoleState.Pairing.PAIRED ->
          obstacles.add("the standby does not follow: " + machine.state.text());
      case RoleState.Standby(var copy) when copy != RoleState.Sync.IN_SYNC ->
          obstacles.add("this node is " + machine.state.text());
      case RoleState.Init _, RoleState.Fault _ ->
          obstacles.add("this node is " + machine.state.text());
      case RoleState.Active _, RoleState.Standby _ -> {}
    }
    if (active && link && !(reported && sync.peer.state().startsWith("standby (in sync)"))) {
      obstacles.add("the other node is " + (reported ? sync.peer.state() : "silent about itself"));
    }
    if (!active && machine.gateOpen) {
      obstacles.add("the gate of this standby is open");
    }
    if (sync.children > 0 && smallest.isEmpty()) {
      obstacles.add("no counter is armed");
    }
    smallest
        .filter(s -> s.packets() <= 0)
        .ifPresent(
            s -> obstacles.add("the margin of " + s.spi() + " is " + s.packets() + " packets"));
    if (shut > 0) {
      obstacles.add(shut + " SAs would have to be rekeyed first");
    }
    return new PairStatus(
        machine.state,
        machine.epoch,
        machine.gateOpen,
        link,
        sync.state,
        sync.ackAgeNs,
        sync.received,
        sync.armed,
        smallest,
        reported ? sync.peer.state() : "unknown",
        sync.rekeys,
        sync.shutHere,
        obstacles);
  }

  /** The configured jump for an SA with ESN; empty where it goes by rate. */
  static OptionalLong jumpPackets(HaConfig ha) {
    return switch (ha.jump()) {
      case HaConfig.JumpSetting.Auto _ -> OptionalLong.of(1L << 30);
      case HaConfig.JumpSetting.Fixed(long packets) -> OptionalLong.of(packets);
      case HaConfig.JumpSetting.Rate _, HaConfig.JumpSetting.Rekey _ -> OptionalLong.empty();
    };
  }
}
