package io.pollux.agent.drill;

import io.pollux.agent.control.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The report on a drill: for programs, for people, and a few lines for a terminal. */
public final class Report {
  /** The evidence that everything else is made of. */
  public static final String EVIDENCE = "evidence.json";

  private static final String JSON = "report.json";
  private static final String HTML = "report.html";

  private Report() {}

  /** Writes {@code report.json} and {@code report.html} beside the evidence; true if all holds. */
  public static boolean write(Path directory, DrillRecord record) throws IOException {
    List<Criterion> criteria = Judge.judge(record);
    SortedMap<String, String> sums = checksums(directory);
    Files.writeString(directory.resolve(JSON), json(record, criteria, sums));
    Files.writeString(directory.resolve(HTML), new ReportPage(record, criteria, sums).html());
    return Criterion.allHold(criteria);
  }

  /** The report for programs: keys may be added, never renamed. */
  static String json(DrillRecord record, List<Criterion> criteria, Map<String, String> sums) {
    return Json.pretty(j -> write(record, criteria, sums, j));
  }

  /** The same into an object that is open. */
  public static void write(
      DrillRecord record, List<Criterion> criteria, Map<String, String> sums, Json j) {
    j.field("holds", Criterion.allHold(criteria))
        .field("node", record.node())
        .field("began", record.began())
        .field("ended", record.ended())
        .field("stopped", record.stopped())
        .objects(
            "criteria",
            criteria,
            (o, c) ->
                o.field("id", c.id())
                    .field("demand", c.demand())
                    .field("verdict", c.outcome().text())
                    .strings("findings", c.findings()))
        .object("plan", o -> DrillRecord.write(record.plan(), o))
        .objects(
            "passages",
            record.passages(),
            (o, p) ->
                o.field("scenario", p.scenario().id())
                    .field("direction", p.back() ? "back" : "away")
                    .field("longestSilenceMillis", p.gapMillis())
                    .field("probesLost", p.lost())
                    .field("movedMillis", p.movedMillis())
                    .field("readyMillis", p.readyMillis()))
        .field("configuration", record.configAfter())
        .objects(
            "files",
            sums.entrySet(),
            (o, f) -> o.field("name", f.getKey()).field("sha256", f.getValue()));
  }

  /** A line for each criterion, the findings of those that failed, and the sum. */
  public static String text(List<Criterion> criteria) {
    StringBuilder s = new StringBuilder();
    for (Criterion c : criteria) {
      s.append(String.format(Locale.ROOT, "%-34s %s%n", c.id(), c.outcome().text()));
      if (c.outcome() == Outcome.FAILED) {
        c.findings().forEach(f -> s.append("  ").append(f).append('\n'));
      }
    }
    long failed = criteria.stream().filter(c -> c.outcome() == Outcome.FAILED).count();
    s.append(
        failed == 0
            ? "every criterion holds\n"
            : failed + " of " + criteria.size() + " criteria FAILED\n");
    return s.toString();
  }

  /** SHA-256 of every file of evidence. */
  public static SortedMap<String, String> checksums(Path directory) throws IOException {
    SortedMap<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (!name.equals(JSON) && !name.equals(HTML)) {
          all.put(name, sha256(file));
        }
      }
    }
    return all;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
