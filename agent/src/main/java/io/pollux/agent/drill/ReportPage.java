package io.pollux.agent.drill;

import io.pollux.agent.drill.Snapshot.Sa;
import io.pollux.agent.drill.Snapshot.Traffic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The report for people: one page that needs nothing from outside. */
final class ReportPage {
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1100px; margin: 2em auto; padding: 0 1em }
      h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em }
      table { border-collapse: collapse; margin: .6em 0; font-variant-numeric: tabular-nums; width: 100% }
      td, th { padding: .25em .7em; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top } td.n, th.n { text-align: right }
      .badge { border-radius: .3em; padding: .1em .6em; color: #fff; white-space: nowrap }
      .met { background: #2e7d32 } .superseded { background: #1565c0 } .failed { background: #c62828 }
      code { font: 12px/1.4 ui-monospace, monospace; overflow-wrap: anywhere } .small { color: #555; font-size: 13px }
      """;

  private final DrillRecord record;
  private final List<Criterion> criteria;
  private final Map<String, String> sums;
  private final StringBuilder s = new StringBuilder();

  ReportPage(DrillRecord record, List<Criterion> criteria, Map<String, String> sums) {
    this.record = record;
    this.criteria = criteria;
    this.sums = sums;
  }

  String html() {
    boolean holds = Criterion.allHold(criteria);
    s.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<title>Failover drill</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>Failover drill of ")
        .append(escape(record.node()))
        .append(' ')
        .append(
            holds
                ? badge("met", "every criterion holds")
                : badge("failed", "not every criterion holds"))
        .append("</h1>\n");
    head();
    for (Scenario scenario : Scenario.values()) {
      scenario(scenario);
    }
    s.append("<h2>The whole</h2>\n");
    table(criteria.stream().filter(c -> !c.id().contains(".")).toList());
    files();
    return s.append("</body></html>\n").toString();
  }

  private void head() {
    paragraph(
        "From "
            + record.began()
            + " to "
            + record.ended()
            + ", started on "
            + record.node()
            + " while it was the active node; Pollux "
            + record.version()
            + ", kernel "
            + record.kernel()
            + ".");
    record.stopped().ifPresent(why -> paragraph("The drill stopped before its end: " + why));
    paragraph(
        "What was done: in each scenario the active node was disturbed, probes went through the"
            + " tunnels every "
            + record.limits().intervalMillis()
            + " ms all the while, and the"
            + " role was handed back afterwards. Met: seen to hold. Superseded by continuity: the"
            + " criterion asks for a repair, and there was nothing to repair, because the same"
            + " SAs went on carrying the traffic. Failed: did not hold, or was not seen.");
    DrillPlan plan = record.plan();
    paragraph(
        "Before: the tunnels carried at most "
            + plan.packetsPerSecond()
            + " packets/s outbound, the standby did not know of "
            + plan.lag()
            + " of them yet; predicted losses to the peers' anti-replay windows: "
            + (plan.windowLost().isPresent()
                ? plan.windowLost().getAsLong() + " packets"
                : "unknown")
            + ".");
  }

  private void scenario(Scenario scenario) {
    s.append("<h2>").append(escape(capital(scenario.title()))).append("</h2>\n");
    Optional<DrillPlan.Prediction> prediction =
        record.plan().predictions().stream().filter(p -> p.scenario() == scenario).findFirst();
    prediction.ifPresent(
        p ->
            paragraph(
                "Predicted: "
                    + p.expectedMillis()
                    + " ms without traffic, "
                    + p.atMostMillis()
                    + " ms at most ("
                    + p.how()
                    + "); "
                    + p.packetsLost()
                    + " packets of the tunnels."));
    List<Passage> passages =
        record.passages().stream().filter(p -> p.scenario() == scenario).toList();
    for (Passage p : passages) {
      paragraph((p.back() ? "Back" : "Away") + ", " + p.at() + ": " + p.done() + ".");
    }
    probes(passages);
    table(criteria.stream().filter(c -> c.id().startsWith(scenario.id() + ".")).toList());
    for (Passage p : passages) {
      counters(p);
    }
  }

  private void probes(List<Passage> passages) {
    if (passages.isEmpty()) {
      return;
    }
    s.append(
        "<table><tr><th>target</th><th>tunnel</th><th>direction</th><th class=n>probes</th>"
            + "<th class=n>lost</th><th class=n>outside the silence</th><th class=n>longest silence</th>"
            + "<th class=n>back after</th></tr>\n");
    for (Passage p : passages) {
      for (Passage.Probes t : p.probes()) {
        s.append("<tr>");
        cell(t.target());
        cell(t.tunnel());
        cell(p.back() ? "back" : "away");
        number(t.sent());
        number(t.lost());
        number(t.outside());
        figure(t.gapMillis() + " ms");
        figure(t.backMillis() < 0 ? "never" : t.backMillis() + " ms");
        s.append("</tr>\n");
      }
    }
    s.append("</table>\n");
  }

  private void table(List<Criterion> some) {
    s.append("<table>\n");
    for (Criterion c : some) {
      s.append("<tr><td>").append(badge(kind(c.outcome()), c.outcome().text())).append("</td><td>");
      s.append(escape(c.demand())).append("<div class=small>");
      c.findings().forEach(f -> s.append(escape(f)).append("<br>"));
      s.append("</div></td></tr>\n");
    }
    s.append("</table>\n");
  }

  private void counters(Passage p) {
    s.append("<details><summary>Counters of this node, before and after (")
        .append(p.back() ? "back" : "away")
        .append(")</summary><table>\n");
    row("role", p.before().role(), p.after().role());
    row("other node", p.before().peer(), p.after().peer());
    Map<String, String> before = associations(p.before().sas());
    Map<String, String> after = associations(p.after().sas());
    Map<String, String> tunnels = new LinkedHashMap<>(before);
    after.forEach(tunnels::putIfAbsent);
    tunnels.keySet().forEach(t -> row(t, before.getOrDefault(t, "-"), after.getOrDefault(t, "-")));
    p.before()
        .interfaces()
        .forEach((name, t) -> row(name, text(t), text(p.after().interfaces().get(name))));
    p.after()
        .xfrm()
        .forEach(
            (name, n) -> {
              long was = p.before().xfrm().getOrDefault(name, 0L);
              if (was != n) {
                row(name, Long.toString(was), Long.toString(n));
              }
            });
    s.append("</table></details>\n");
  }

  private static Map<String, String> associations(List<Sa> sas) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Sa sa : sas) {
      all.merge(
          sa.tunnel(),
          "IKE " + sa.ike() + ", ESP in " + sa.spiIn() + " out " + sa.spiOut(),
          (a, b) -> a + "; " + b);
    }
    return all;
  }

  private static String text(Traffic t) {
    return t == null
        ? "-"
        : t.inPackets()
            + " packets in ("
            + t.inOctets()
            + " octets), "
            + t.outPackets()
            + " out ("
            + t.outOctets()
            + ")";
  }

  private void row(String name, String before, String after) {
    s.append("<tr>");
    cell(name);
    cell(before);
    cell(after);
    s.append("</tr>\n");
  }

  private void files() {
    s.append("<h2>Evidence</h2>\n<table><tr><th>file</th><th>SHA-256</th></tr>\n");
    sums.forEach(
        (name, sum) ->
            s.append("<tr><td>")
                .append(escape(name))
                .append("</td><td><code>")
                .append(sum)
                .append("</code></td></tr>\n"));
    s.append("</table>\n");
    paragraph(
        "polluxctl drill report DIRECTORY makes this page again from " + Report.EVIDENCE + ".");
  }

  private void paragraph(String text) {
    s.append("<p>").append(escape(text)).append("</p>\n");
  }

  private void cell(String text) {
    s.append("<td>").append(escape(text)).append("</td>");
  }

  private void number(long n) {
    figure(Long.toString(n));
  }

  private void figure(String text) {
    s.append("<td class=n>").append(escape(text)).append("</td>");
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static String kind(Outcome outcome) {
    return switch (outcome) {
      case MET -> "met";
      case SUPERSEDED -> "superseded";
      case FAILED -> "failed";
    };
  }

  private static String badge(String kind, String text) {
    return "<span class=\"badge " + kind + "\">" + escape(text) + "</span>";
  }

  /** Names of connections, and what daemons say, are foreign text. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
