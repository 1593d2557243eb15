package io.pollux.it.demo;

import io.pollux.it.verdict.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * {@code report.json}, the table on the terminal and, through {@link Html}, {@code report.html}.
 */
final class Report {
  private final Options options;
  private final Site site;
  private final String peer;
  private final List<Drill.Run> runs;

  Report(Options options, Site site, String peer, List<Drill.Run> runs) {
    this.options = options;
    this.site = site;
    this.peer = peer;
    this.runs = runs;
  }

  /** Writes everything; true when every scenario passed, in its last attempt. */
  boolean write(Progress progress) {
    boolean good = good();
    Map<String, String> sums = checksums(options.report());
    try {
      Files.writeString(options.report().resolve("report.json"), Json.write(json(sums)));
      Files.writeString(
          options.report().resolve("report.html"),
          new Html(options, peer, site, runs, sums, good).page());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    progress.print(table());
    progress.say(
        (good ? "everything required holds: " : "NOT everything required holds: ")
            + options.report().resolve("report.html"));
    return good;
  }

  private boolean good() {
    Map<Scenario, Verdict.Outcome> last = new LinkedHashMap<>();
    runs.forEach(r -> last.put(r.scenario(), r.verdict().outcome()));
    return !last.isEmpty() && last.values().stream().allMatch(o -> o == Verdict.Outcome.PASS);
  }

  static String kernel() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Map<String, Object> json(Map<String, String> sums) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("kernel", site.kernel());
    out.put("machines", site.description());
    out.put("peer", peer);
    out.put("advertMillis", options.advertMillis());
    out.put("scenarios", runs.stream().map(Report::scenario).toList());
    out.put("sha256", sums);
    return out;
  }

  private static Map<String, Object> scenario(Drill.Run run) {
    Verdict.Figures f = run.verdict().figures();
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("name", run.scenario().text());
    out.put("verdict", run.verdict().outcome().text());
    out.put("sent", f.sent());
    out.put("received", f.received());
    out.put("lost", f.lost());
    out.put("lostOutsideGap", f.lostOutsideGap());
    out.put("gapMillisHubToBranch", Math.round(f.gapMillisHubToBranch()));
    out.put("gapMillisBranchToHub", Math.round(f.gapMillisBranchToHub()));
    out.put("takeoverMillis", millis(f.takeoverMillis()));
    out.put("detectionMillis", millis(f.detectionMillis()));
    out.put("replayDropsAtPeer", f.replayDropsAtPeer());
    out.put("replayDropsAtGateway", f.replayDropsAtGateway());
    out.put("tcpSurvived", f.tcpSurvived());
    out.put("newIkeSasAtPeer", f.newIkeSasAtPeer());
    out.put("ikeSpisBefore", f.ikeSpisBefore());
    out.put("ikeSpisAfter", f.ikeSpisAfter());
    out.put("espSpisBefore", f.espSpisBefore());
    out.put("espSpisAfter", f.espSpisAfter());
    out.put("plaintextPacketsOnWan", f.plaintextPacketsOnWan());
    out.put("duplicateEspSequences", f.duplicateEspSequences());
    out.put("duplicateEspIvs", f.duplicateEspIvs());
    out.put("espFromOldNodeAfterGate", f.espFromOldNodeAfterGate());
    out.put("jumpPackets", number(run.figures().get("before.jumpPackets")));
    out.put("smallestMarginPackets", number(run.figures().get("before.smallestMarginPackets")));
    if (run.figures().containsKey("slowestAnswerMillis")) {
      out.put("slowestAnswerMillis", number(run.figures().get("slowestAnswerMillis")));
    }
    out.put("reasons", run.verdict().reasons());
    return out;
  }

  /** What did not happen has no time. */
  private static Long millis(double value) {
    return value < 0 ? null : Math.round(value);
  }

  private static Long number(String text) {
    return text != null && text.matches("-?[0-9]{1,18}") ? Long.valueOf(text) : null;
  }

  String table() {
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "scenario",
          "verdict",
          "sent",
          "lost",
          "outside",
          "gap >",
          "gap <",
          "takeover",
          "detected",
          "drops",
          "clear",
          "twice",
          "tcp"
        });
    for (Drill.Run r : runs) {
      Verdict.Figures f = r.verdict().figures();
      rows.add(
          new String[] {
            r.scenario().text(),
            r.verdict().outcome().text(),
            Long.toString(f.sent()),
            Long.toString(f.lost()),
            Long.toString(f.lostOutsideGap()),
            Math.round(f.gapMillisHubToBranch()) + " ms",
            Math.round(f.gapMillisBranchToHub()) + " ms",
            f.takeoverMillis() < 0 ? "-" : Math.round(f.takeoverMillis()) + " ms",
            f.detectionMillis() < 0 ? "-" : Math.round(f.detectionMillis()) + " ms",
            Long.toString(f.replayDropsAtPeer()),
            Long.toString(f.plaintextPacketsOnWan()),
            Long.toString(f.duplicateEspSequences() + f.duplicateEspIvs()),
            f.tcpSurvived() ? "survived" : "broke"
          });
    }
    return aligned(rows)
        + "gap > hub to branch, gap < back; drops: thrown away by the peer; clear: packets in the clear on"
        + " the WAN;\ntwice: ESP sequence numbers or IVs seen twice (expected in the control scenario)\n"
        + timing();
  }

  /** What the times are worth where the machines share processors. */
  String timing() {
    OptionalLong slowest =
        runs.stream()
            .map(r -> number(r.figures().get("slowestAnswerMillis")))
            .filter(Objects::nonNull)
            .mapToLong(Long::longValue)
            .max();
    return slowest.isEmpty()
        ? ""
        : "The machines were %s on %d processors; asked for the time during the drills, the slowest answered after %d ms:\n"
                .formatted(
                    site.description(),
                    Runtime.getRuntime().availableProcessors(),
                    slowest.getAsLong())
            + "gap, takeover and detection hold to no better than that.\n";
  }

  private static String aligned(List<String[]> rows) {
    int columns = rows.getFirst().length;
    int[] width = new int[columns];
    for (String[] r : rows) {
      for (int i = 0; i < columns; i++) {
        width[i] = Math.max(width[i], r[i].length());
      }
    }
    StringBuilder out = new StringBuilder("\n");
    for (String[] r : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(
            i < 2
                ? r[i] + " ".repeat(width[i] - r[i].length())
                : " ".repeat(width[i] - r[i].length()) + r[i]);
        line.append("  ");
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }

  /** SHA-256 of every file of evidence, by its path within the report. */
  static Map<String, String> checksums(Path report) {
    Map<String, String> out = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(report)) {
      for (Path p : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = report.relativize(p).toString();
        if (!name.equals("report.json") && !name.equals("report.html")) {
          out.put(name, sha256(p));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new DemoFailure("no SHA-256", e);
    }
  }
}
