package io.pollux.it.demo;

import java.util.Arrays;
import java.util.List;

/** What is done to the pair, in the order of the demo. */
enum Scenario {
  /** The active node loses its power. */
  POWER_LOSS("power-loss", "failover"),
  /** It comes back while the traffic runs, and must only become a ready standby. */
  REJOIN("rejoin", "quiet"),
  /** The same power loss in the other direction. */
  FAILBACK("failback", "failover"),
  /** The operator hands over: {@code polluxctl ha switchover}. */
  SWITCHOVER("switchover", "failover"),
  /** The service manager stops the active node's daemon and starts it again. */
  SIGTERM("sigterm", "failover"),
  /** The Java machine of the active node is killed, its links and its guard live. */
  DAEMON_DEATH("daemon-death", "failover"),
  /** The Java machine of the active node stands still for five seconds, then goes on. */
  DAEMON_PAUSE("daemon-pause", "failover"),
  /**
   * The Java machine of a node without a partner is killed: the kernel goes on, the next adopts.
   */
  RESTART_ALONE("restart-alone", "quiet"),
  /**
   * A power loss with no jump and old counters: the peer must drop packets, or the check is
   * worthless.
   */
  CONTROL("control", "drops"),
  /** One takeover after the other, back and forth, without a pause in the traffic. */
  MARATHON("marathon", "marathon"),
  /** Only the link is cut for a while, an SA is rekeyed meanwhile; then the active node dies. */
  LINK_CUT("link-cut", "failover"),
  /** The active node is not heard by the standby, and the link is cut: then all is whole again. */
  ONE_WAY("one-way", "split"),
  /** Neither link nor VRRP: two active nodes; then all is whole again. */
  SPLIT_BRAIN("split-brain", "split"),
  /** Only VRRP is cut: no reason for anything. */
  VRRP_CUT("vrrp-cut", "quiet"),
  /** A power loss; outside the tunnel is IPv6. */
  IPV6("ipv6", "failover"),
  /** A power loss with a route tunnel by way of a VTI. */
  VTI("vti", "failover"),
  /** A power loss with a route tunnel by way of an XFRM interface. */
  XFRM_INTERFACE("xfrm-interface", "failover"),
  /** A power loss where two keepalived decide. */
  KEEPALIVED("keepalived", "failover");

  private final String text;
  private final String expectation;

  Scenario(String text, String expectation) {
    this.text = text;
    this.expectation = expectation;
  }

  String text() {
    return text;
  }

  /** As in the evidence: failover, quiet, split or drops. */
  String expectation() {
    return expectation;
  }

  /** What operators do and what a node alone survives: "planned". */
  private static final List<Scenario> PLANNED = List.of(SWITCHOVER, SIGTERM, RESTART_ALONE);

  /** Cuts, other tunnels and another manager. */
  private static final List<Scenario> ROLES =
      List.of(LINK_CUT, ONE_WAY, SPLIT_BRAIN, VRRP_CUT, IPV6, VTI, XFRM_INTERFACE, KEEPALIVED);

  /** Whether it is one of those. */
  boolean ofRoles() {
    return ROLES.contains(this);
  }

  /** A name with what has to go before it; "main" is what is shown unless asked for more. */
  static List<Scenario> with(String name) {
    if (name.equals("main")) {
      return Arrays.stream(values()).filter(s -> s != MARATHON && !s.ofRoles()).toList();
    }
    if (name.equals("all")) {
      return Arrays.stream(values()).filter(s -> s != MARATHON).toList();
    }
    if (name.equals("roles")) {
      return ROLES;
    }
    if (name.equals("planned")) {
      return PLANNED;
    }
    return switch (named(name)) {
      case POWER_LOSS -> List.of(POWER_LOSS);
      case REJOIN -> List.of(POWER_LOSS, REJOIN);
      case FAILBACK -> List.of(POWER_LOSS, REJOIN, FAILBACK);
      case DAEMON_DEATH -> List.of(DAEMON_DEATH, DAEMON_PAUSE);
      case DAEMON_PAUSE -> List.of(DAEMON_PAUSE);
      case SWITCHOVER -> List.of(SWITCHOVER);
      case SIGTERM -> List.of(SIGTERM);
      case RESTART_ALONE -> List.of(RESTART_ALONE);
      case CONTROL -> List.of(CONTROL);
      case MARATHON -> List.of(MARATHON);
      case VTI -> List.of(VTI, XFRM_INTERFACE);
      case LINK_CUT -> List.of(LINK_CUT);
      case ONE_WAY -> List.of(ONE_WAY);
      case SPLIT_BRAIN -> List.of(SPLIT_BRAIN);
      case VRRP_CUT -> List.of(VRRP_CUT);
      case IPV6 -> List.of(IPV6);
      case XFRM_INTERFACE -> List.of(XFRM_INTERFACE);
      case KEEPALIVED -> List.of(KEEPALIVED);
    };
  }

  /** How the machines are set up for it. */
  Variant variant() {
    return switch (this) {
      case IPV6 -> Variant.IPV6;
      case VTI -> Variant.VTI;
      case XFRM_INTERFACE -> Variant.XFRM_INTERFACE;
      case KEEPALIVED -> Variant.KEEPALIVED;
      case POWER_LOSS,
          REJOIN,
          FAILBACK,
          SWITCHOVER,
          SIGTERM,
          DAEMON_DEATH,
          DAEMON_PAUSE,
          RESTART_ALONE,
          CONTROL,
          MARATHON,
          LINK_CUT,
          ONE_WAY,
          SPLIT_BRAIN,
          VRRP_CUT ->
          Variant.PLAIN;
    };
  }

  static Scenario named(String name) {
    return Arrays.stream(values())
        .filter(s -> s.text.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new DemoFailure(
                    "--scenario "
                        + name
                        + ": expected main, all, planned, roles, "
                        + String.join(", ", Arrays.stream(values()).map(Scenario::text).toList())));
  }
}
