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
  MARATHON("marathon", "marathon");

  private final String text;
  private final String expectation;

  Scenario(String text, String expectation) {
    this.text = text;
    this.expectation = expectation;
  }

  String text() {
    return text;
  }

  /** As in the evidence: failover, quiet or drops. */
  String expectation() {
    return expectation;
  }

  /** What operators do and what a node alone survives: "planned". */
  private static final List<Scenario> PLANNED = List.of(SWITCHOVER, SIGTERM, RESTART_ALONE);

  /** A name with what has to go before it; "all" for all but the marathon. */
  static List<Scenario> with(String name) {
    if (name.equals("all")) {
      return Arrays.stream(values()).filter(s -> s != MARATHON).toList();
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
    };
  }

  private static Scenario named(String name) {
    return Arrays.stream(values())
        .filter(s -> s.text.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new DemoFailure(
                    "--scenario "
                        + name
                        + ": expected all, planned, "
                        + String.join(", ", Arrays.stream(values()).map(Scenario::text).toList())));
  }
}
