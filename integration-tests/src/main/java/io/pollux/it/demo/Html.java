package io.pollux.it.demo;

import io.pollux.it.verdict.Evidence;
import io.pollux.it.verdict.Timeline;
import io.pollux.it.verdict.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The report as one page that needs nothing from outside. */
final class Html {
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1140px; margin: 2em auto; padding: 0 1em }
      h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2.2em }
      table { border-collapse: collapse; margin: .6em 0; font-variant-numeric: tabular-nums }
      td, th { padding: .2em .7em; border-bottom: 1px solid #ddd; text-align: right } td:first-child, th:first-child { text-align: left }
      .badge { border-radius: .3em; padding: .1em .6em; color: #fff } .pass { background: #2e7d32 } .fail { background: #c62828 } .invalid { background: #b26a00 }
      svg { width: 100%; height: auto; background: #fafafa; border: 1px solid #e4e4e4 }
      svg text { font-size: 10px } .grid { stroke: #e6e6e6 } .axis { fill: #777; text-anchor: middle }
      path.out { fill: #5b8fd6 } path.in { fill: #7fb77e } line.blow { stroke: #c62828; stroke-width: 1.5 } text.blow { fill: #c62828 }
      line.vrrp { stroke: #6a3fb5; stroke-dasharray: 3 2 } text.vrrp { fill: #6a3fb5 } circle.step { fill: #e08a00 }
      details { margin: .5em 0 } code, .sums { font: 12px/1.4 ui-monospace, monospace; overflow-wrap: anywhere } .key { color: #555 }
      """;

  private final Options options;
  private final String peer;
  private final Site site;
  private final List<Drill.Run> runs;
  private final Map<String, String> sums;
  private final boolean good;

  Html(
      Options options,
      String peer,
      Site site,
      List<Drill.Run> runs,
      Map<String, String> sums,
      boolean good) {
    this.options = options;
    this.peer = peer;
    this.site = site;
    this.runs = runs;
    this.sums = sums;
    this.good = good;
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  String page() {
    StringBuilder s =
        new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    s.append("<title>Pollux: the demo</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n");
    s.append("<h1>A tunnel that survives the death of its gateway ")
        .append(badge(good ? "pass" : "fail"))
        .append("</h1>\n");
    s.append(
        "<p>Kernel %s, machines: %s; peer %s, advertisements every %d ms, %d tunnel(s), %d packets/s per flow, jump %s.</p>\n"
            .formatted(
                escape(site.kernel()),
                escape(site.description()),
                escape(peer),
                options.advertMillis(),
                options.tunnels(),
                options.packetsPerSecond(),
                escape(options.jump())));
    s.append(
            "<p class=\"key\">Verdicts come from packet captures and from the peer's kernel counters. Blue, upwards: packets that arrived at")
        .append(
            " the branch's LAN per 10 ms; green, downwards: at the hub's LAN. Red: the blow. Violet: VRRP. Orange dots: the takeover's own steps.</p>\n");
    for (Drill.Run r : runs) {
      scenario(s, r);
    }
    s.append("<h2>Evidence</h2><details><summary>SHA-256 of ")
        .append(sums.size())
        .append(" files</summary><div class=\"sums\">\n");
    sums.forEach((file, sum) -> s.append(sum).append(' ').append(escape(file)).append("<br>\n"));
    return s.append("</div></details></body></html>\n").toString();
  }

  private static String badge(String outcome) {
    return "<span class=\"badge " + outcome + "\">" + outcome + "</span>";
  }

  private void scenario(StringBuilder s, Drill.Run run) {
    Verdict v = run.verdict();
    s.append("<h2>").append(run.scenario().text()).append(run.attempt() > 1 ? ", once more " : " ");
    s.append(badge(v.outcome().text())).append("</h2>\n");
    for (String reason : v.reasons()) {
      s.append("<p>").append(escape(reason)).append("</p>\n");
    }
    Evidence e = Evidence.read(run.dir());
    Timeline t = Timeline.of(e);
    List<Timeline.Mark> steps = takeoverSteps(run);
    s.append(new Svg(t).draw(steps));
    figures(s, v.figures());
    sequences(s, t);
    takeover(s, steps);
    s.append(
        "<details><summary>What the pair says about itself, before and after</summary><table>\n");
    run.figures().forEach((k, value) -> row(s, k, value));
    s.append("</table></details>\n");
  }

  private static void row(StringBuilder s, String name, Object value) {
    s.append("<tr><td>")
        .append(escape(name))
        .append("</td><td>")
        .append(escape(value.toString()))
        .append("</td></tr>\n");
  }

  private static void figures(StringBuilder s, Verdict.Figures f) {
    Map<String, Object> rows = new LinkedHashMap<>();
    rows.put(
        "sent / received / lost / lost outside the gap",
        f.sent() + " / " + f.received() + " / " + f.lost() + " / " + f.lostOutsideGap());
    rows.put(
        "gap hub to branch / branch to hub",
        millis(f.gapMillisHubToBranch()) + " / " + millis(f.gapMillisBranchToHub()));
    rows.put(
        "blow to first advertisement / to first ESP of the new node",
        millis(f.detectionMillis()) + " / " + millis(f.takeoverMillis()));
    rows.put(
        "thrown away by the peer / by the gateway (replay, window, integrity)",
        f.replayDropsAtPeer() + " / " + f.replayDropsAtGateway());
    rows.put("packets in the clear on the WAN", f.plaintextPacketsOnWan());
    rows.put(
        "ESP sequence numbers / IVs seen twice",
        f.duplicateEspSequences() + " / " + f.duplicateEspIvs());
    rows.put("ESP of the old node after its gate", f.espFromOldNodeAfterGate());
    rows.put("TCP stream", f.tcpSurvived() ? "survived" : "broke");
    rows.put("new IKE SAs at the peer", f.newIkeSasAtPeer());
    rows.put("IKE SPIs before", String.join(" ", f.ikeSpisBefore()));
    rows.put("IKE SPIs after", String.join(" ", f.ikeSpisAfter()));
    rows.put("ESP SPIs before", String.join(" ", f.espSpisBefore()));
    rows.put("ESP SPIs after", String.join(" ", f.espSpisAfter()));
    s.append("<table>\n");
    rows.forEach((k, v) -> row(s, k, v));
    s.append("</table>\n");
  }

  private static String millis(double value) {
    return value < 0 ? "-" : Math.round(value) + " ms";
  }

  private static void sequences(StringBuilder s, Timeline t) {
    if (t.steps().isEmpty()) {
      return;
    }
    s.append(
        "<table><tr><th>SPI</th><th>last number of the old node</th><th>first of the new one</th><th>step</th></tr>\n");
    for (Timeline.Step step : t.steps()) {
      s.append(
          "<tr><td><code>%s</code></td><td>%d</td><td>%d</td><td>%d</td></tr>\n"
              .formatted(
                  step.spi(),
                  step.lastOfOld(),
                  step.firstOfNew(),
                  step.firstOfNew() - step.lastOfOld()));
    }
    s.append("</table>\n");
  }

  private static void takeover(StringBuilder s, List<Timeline.Mark> steps) {
    if (steps.isEmpty()) {
      return;
    }
    s.append(
        "<table><tr><th>step of the takeover, as the new node recorded it</th><th>from the blow</th></tr>\n");
    for (Timeline.Mark m : steps) {
      row(s, m.text(), "%.2f ms".formatted(m.millis()));
    }
    s.append("</table>\n");
  }

  /**
   * The steps of the takeover that followed the blow; both clocks are the kernel's monotonic one.
   */
  private static List<Timeline.Mark> takeoverSteps(Drill.Run run) {
    List<Timeline.Mark> out = new ArrayList<>();
    Path file = run.dir().resolve("history.json");
    if (!Files.exists(file)) {
      return out;
    }
    try {
      if (Json.get(Json.parse(Files.readString(file)), "takeovers") instanceof List<?> takeovers) {
        for (Object t : takeovers) {
          add(out, t, run.monoNs());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out;
  }

  private static void add(List<Timeline.Mark> out, Object takeover, long eventNs) {
    if (!(Json.get(takeover, "steps") instanceof List<?> steps)) {
      return;
    }
    for (Object step : steps) {
      if (Json.get(step, "atMonotonicNs") instanceof Long at && at >= eventNs) {
        out.add(new Timeline.Mark((at - eventNs) / 1e6, String.valueOf(Json.get(step, "name"))));
      }
    }
  }
}
