package io.pollux.agent.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan for an operator who has to agree to it. */
public final class PlanText {
  private PlanText() {}

  /** Why a drill should not run now; empty = it may. */
  public static List<String> obstacles(Facts facts) {
    List<String> all = new ArrayList<>(facts.obstacles());
    if (!facts.active()) {
      all.add("this node is not the active one");
    }
    if (facts.external()) {
      all.add("another manager decides about the role, and would interfere");
    }
    if (facts.preempt()) {
      all.add("this node preempts: it would take the role back in the middle");
    }
    if (facts.tunnels().isEmpty()) {
      all.add("no tunnel is up");
    }
    return all;
  }

  /** What will be done, and what it will cost. */
  public static String of(Facts facts, DrillPlan plan, long intervalMillis, String outside) {
    StringBuilder s = new StringBuilder();
    List<String> obstacles = obstacles(facts);
    line(
        s,
        "node:      %s, %s; the other node: %s; advertisements every %d ms",
        facts.node(),
        facts.state(),
        facts.peer(),
        facts.advertMillis());
    line(s, "ready:     %s", obstacles.isEmpty() ? "yes" : "NO: " + String.join("; ", obstacles));
    line(
        s,
        "tunnels:   %d children up, at most %d packets/s out; the standby lags by %d packets",
        facts.tunnels().size(),
        plan.packetsPerSecond(),
        plan.lag());
    line(
        s,
        "margin:    %s; lost to the peers' anti-replay windows at each takeover: %s",
        facts.margin().isPresent()
            ? String.format(Locale.ROOT, "%,d packets", facts.margin().getAsLong())
            : "unknown",
        plan.windowLost().isPresent() ? plan.windowLost().getAsLong() : "unknown");
    line(s, "A drill will, one after the other:");
    int number = 1;
    for (DrillPlan.Prediction p : plan.predictions()) {
      line(
          s,
          "%d. %s: %s",
          number++,
          p.scenario().title(),
          DrillPlan.deed(p.scenario(), facts, outside));
      line(
          s,
          "   no traffic for about %d ms, %d ms at most; about %d packets of the tunnels lost",
          p.expectedMillis(),
          p.atMostMillis(),
          p.packetsLost());
      line(s, "   (%s)", p.how());
    }
    line(
        s,
        "Probes every %d ms; a silence of more than %d ms fails, unless --mttr says otherwise.",
        intervalMillis,
        plan.limitMillis(intervalMillis));
    line(s, "Do not be logged in through %s, and not through the tunnels.", outside);
    return s.toString();
  }

  private static void line(StringBuilder s, String format, Object... values) {
    s.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
