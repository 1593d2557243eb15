package io.pollux.agent.commands;

import io.pollux.agent.commands.Gateway.Other;
import io.pollux.agent.commands.Gateway.PairView;
import io.pollux.agent.commands.Gateway.Smallest;
import io.pollux.agent.config.HaConfig;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.role.RoleState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether a failover would be safe now, judged from the facts.
 *
 * @param smallest the standby's smallest margin, whichever node is asked
 * @param shut SAs of the standby that would have to be rekeyed first
 * @param peer the other node's role in words, as it said itself not long ago
 * @param obstacles why a failover would not be safe now; empty = ready
 */
public record PairStatus(
    PairView view, Optional<Smallest> smallest, long shut, String peer, List<String> obstacles) {
  private static final long REPORT_OLD_NS = 3_000_000_000L; // six reports
  private static final int SHOWN = 5;

  /** Nothing stands in the way. */
  public boolean ready() {
    return obstacles.isEmpty();
  }

  /** The judgement about these facts. */
  public static PairStatus of(PairView view) {
    boolean active = view.role() instanceof RoleState.Active;
    Optional<Other> other = view.other().filter(o -> o.ageNs() < REPORT_OLD_NS);
    Optional<Smallest> smallest = active ? other.flatMap(Other::smallest) : view.smallest();
    long shut = active ? other.map(Other::shut).orElse(0L) : view.shut();
    List<String> obstacles = new ArrayList<>();
    if (!view.linkUp()) {
      obstacles.add("the link is down");
    }
    switch (view.role()) {
      case RoleState.Active(var pairing) when pairing != RoleState.Pairing.PAIRED ->
          obstacles.add("the standby does not follow: " + view.role().text());
      case RoleState.Standby(var copy) when copy != RoleState.Sync.IN_SYNC ->
          obstacles.add("this node is " + view.role().text());
      case RoleState.Init _, RoleState.Fault _ ->
          obstacles.add("this node is " + view.role().text());
      case RoleState.Active _, RoleState.Standby _ -> {}
    }
    if (active
        && view.linkUp()
        && other.filter(o -> o.state().startsWith("standby (in sync)")).isEmpty()) {
      obstacles.add("the other node is " + other.map(Other::state).orElse("silent about itself"));
    }
    other
        .filter(o -> active && o.state().endsWith(Gateway.IN_MAINTENANCE))
        .ifPresent(_ -> obstacles.add("the other node is in maintenance: it takes nothing over"));
    if (view.maintenance()) {
      obstacles.add("this node is in maintenance: it takes nothing over");
    }
    if (!active && view.gateOpen()) {
      obstacles.add("the gate of this standby is open");
    }
    AuditStatus audit = view.audit();
    if (view.linkUp() && view.children() > 0 && audit.round() == 0) {
      obstacles.add("the two kernels have not been compared yet");
    }
    if (!audit.standing().isEmpty()) {
      obstacles.add(
          audit.standing().size()
              + " differences between the two kernels, first "
              + audit.standing().getFirst());
    }
    List<String> tunnels =
        view.config().differing().stream()
            .filter(d -> d.startsWith("connections.") || d.startsWith("psk."))
            .toList();
    if (!tunnels.isEmpty()) {
      obstacles.add("the nodes are configured with different tunnels: " + some(tunnels));
    }
    if (view.children() > 0 && smallest.isEmpty()) {
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
        view, smallest, shut, other.map(Other::state).orElse("unknown"), obstacles);
  }

  /** The first few, and how many more there are. */
  static String some(List<String> all) {
    int shown = Math.min(SHOWN, all.size());
    return String.join(", ", all.subList(0, shown))
        + (all.size() > shown ? " and " + (all.size() - shown) + " more" : "");
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
