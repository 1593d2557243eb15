package io.pollux.agent.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a drill will do, and what it will cost: from the pair's intervals, margins and rates alone.
 *
 * @param packetsPerSecond peak rate of all tunnels together, outbound
 * @param lag packets that the standby does not know of now, over all tunnels
 * @param windowLost packets lost to the peer's anti-replay window at each takeover; empty = unknown
 */
public record DrillPlan(
    List<Prediction> predictions, long packetsPerSecond, long lag, OptionalLong windowLost) {
  /** Where no takeover was measured yet: the budget from decision to announcement. */
  static final long TAKEOVER_MILLIS = 10;

  /** How long two nodes shake hands at most, and then the standby takes over without. */
  static final long HANDSHAKE_MILLIS = 50;

  private static final long MARGIN_FOR_HOSTS = 1000; // until hosts and switches have followed

  public DrillPlan {
    predictions = List.copyOf(predictions);
  }

  /**
   * One scenario's price.
   *
   * @param expectedMillis without traffic, if every sign is seen at once
   * @param atMostMillis if only the timers speak
   * @param packetsLost what the tunnels carry in {@code expectedMillis}
   * @param probesLost of each target, in {@code atMostMillis}
   * @param how where the figures come from
   */
  public record Prediction(
      Scenario scenario,
      long expectedMillis,
      long atMostMillis,
      long packetsLost,
      long probesLost,
      String how) {}

  /** What follows from what the active node says. */
  public static DrillPlan of(Facts facts, long intervalMillis) {
    double rate = facts.tunnels().stream().mapToDouble(Facts.Tunnel::peak).sum();
    long lag = facts.tunnels().stream().mapToLong(t -> Math.max(0, t.lag())).sum();
    long takeover =
        facts.takeoverMicros().isPresent()
            ? Math.ceilDiv(facts.takeoverMicros().getAsLong(), 1000L)
            : TAKEOVER_MILLIS;
    List<Prediction> all = new ArrayList<>();
    for (Scenario scenario : Scenario.values()) {
      long expected =
          switch (scenario) {
            case CONTROL_PLANE -> facts.missedMillis() + takeover;
            case DATA_PLANE, FAILBACK -> HANDSHAKE_MILLIS + takeover;
          };
      long atMost =
          switch (scenario) {
            case CONTROL_PLANE -> facts.leaseMillis() + facts.missedMillis() + takeover;
            case DATA_PLANE, FAILBACK -> Math.max(expected, facts.activeDownMillis() + takeover);
          };
      all.add(
          new Prediction(
              scenario,
              expected,
              atMost,
              (long) Math.ceil(rate * expected / 1000),
              Math.ceilDiv(atMost, intervalMillis),
              how(scenario, facts, takeover)));
    }
    OptionalLong window = OptionalLong.empty();
    if (facts.margin().isPresent()) {
      window = OptionalLong.of(Math.max(0, 1 - facts.margin().getAsLong()));
    }
    return new DrillPlan(all, Math.round(rate), lag, window);
  }

  private static String how(Scenario scenario, Facts f, long takeover) {
    return switch (scenario) {
      case CONTROL_PLANE ->
          "the guard says goodbye and one advertisement is missed ("
              + f.missedMillis()
              + " ms), or its lease runs out first (another "
              + f.leaseMillis()
              + " ms); then the takeover ("
              + takeover
              + " ms)";
      case DATA_PLANE, FAILBACK ->
          "a handshake over the link ("
              + HANDSHAKE_MILLIS
              + " ms at most) and the takeover ("
              + takeover
              + " ms); without the handshake Active_Down_Interval ("
              + f.activeDownMillis()
              + " ms)";
    };
  }

  /** The longest silence that is no failure, unless an operator names another. */
  long limitMillis(long intervalMillis) {
    return predictions.stream().mapToLong(Prediction::atMostMillis).max().orElse(0)
        + MARGIN_FOR_HOSTS
        + 2 * intervalMillis;
  }

  /** What a drill does in this scenario, for an operator who has to agree. */
  static String deed(Scenario scenario, Facts facts, String outside) {
    return switch (scenario) {
      case CONTROL_PLANE ->
          "kill the engine of "
              + facts.node()
              + " (pid "
              + facts.pid()
              + ", SIGKILL); its guard fences it and starts it again; then hand the role back";
      case DATA_PLANE ->
          "take interface "
              + outside
              + " of "
              + facts.node()
              + " down until the other node carries the traffic, bring it up again with its"
              + " routes; then hand the role back";
      case FAILBACK ->
          "hand the role over by order (ha switchover), and back (ha promote), and compare";
    };
  }
}
