package io.pollux.ha.audit;

import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What two agents say to each other about their kernels, as text in the link's control messages;
 * the link is encrypted, and so may carry the digest's key, which is good for one link session.
 */
public sealed interface AuditMessage {
  /** The active node's sums. */
  record Offer(long round, byte[] key, byte[] sums) implements AuditMessage {}

  /** The standby wants the items of these buckets. */
  record Ask(long round, List<Integer> buckets) implements AuditMessage {
    public Ask {
      buckets = List.copyOf(buckets);
    }
  }

  /**
   * Items of the buckets that were asked for.
   *
   * @param more further items follow
   */
  record Items(long round, List<AuditItem> items, boolean more) implements AuditMessage {
    public Items {
      items = List.copyOf(items);
    }
  }

  /**
   * How it ended on the standby.
   *
   * @param pending differences that the next round has to confirm
   * @param standing confirmed ones
   * @param repaired how many were repaired, ever
   */
  record Result(
      long round, int items, int pending, List<String> standing, long found, long repaired)
      implements AuditMessage {
    public Result {
      standing = List.copyOf(standing);
    }
  }

  /** The first line of all of them. */
  String WORD = "audit";

  /** Items of one message at most: far below what the link takes. */
  int MAX_ITEMS = 256;

  /** The message in octets. */
  default Octets encode() {
    StringBuilder s = new StringBuilder(WORD).append('\n');
    HexFormat hex = HexFormat.of();
    switch (this) {
      case Offer(long round, byte[] key, byte[] sums) ->
          s.append("offer=")
              .append(round)
              .append("\nkey=")
              .append(hex.formatHex(key))
              .append("\nsums=")
              .append(hex.formatHex(sums))
              .append('\n');
      case Ask(long round, List<Integer> buckets) ->
          s.append("ask=")
              .append(round)
              .append("\nbuckets=")
              .append(buckets.stream().map(String::valueOf).collect(Collectors.joining(",")))
              .append('\n');
      case Items(long round, List<AuditItem> items, boolean more) -> {
        s.append("items=").append(round).append("\nmore=").append(more).append('\n');
        items.forEach(
            i -> s.append(hex.formatHex(i.digest())).append('\t').append(i.name()).append('\n'));
      }
      case Result r -> {
        s.append("result=").append(r.round).append("\ncount=").append(r.items);
        s.append("\npending=").append(r.pending).append("\nfound=").append(r.found);
        s.append("\nrepaired=").append(r.repaired).append('\n');
        r.standing.forEach(name -> s.append("\t").append(name).append('\n'));
      }
    }
    return Octets.owning(s.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Reads one; empty if it is none, or of a version that says something else. */
  static Optional<AuditMessage> decode(Octets octets) {
    List<String> lines =
        Arrays.asList(new String(octets.toArray(), StandardCharsets.UTF_8).split("\n"));
    if (!lines.getFirst().equals(WORD)) {
      return Optional.empty();
    }
    try {
      return read(lines.subList(1, lines.size()));
    } catch (IllegalArgumentException _) { // a number or a digest that is none
      return Optional.empty();
    }
  }

  private static Optional<AuditMessage> read(List<String> lines) {
    Map<String, String> values = new LinkedHashMap<>();
    List<String[]> rows = new ArrayList<>();
    for (String line : lines) {
      int tab = line.indexOf('\t');
      int equals = line.indexOf('=');
      if (tab >= 0) {
        rows.add(new String[] {line.substring(0, tab), line.substring(tab + 1)});
      } else if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    HexFormat hex = HexFormat.of();
    if (values.containsKey("offer")) {
      byte[] sums = hex.parseHex(values.getOrDefault("sums", ""));
      if (sums.length != AuditDigest.BUCKETS * AuditItem.OCTETS) {
        return Optional.empty();
      }
      return Optional.of(
          new Offer(number(values, "offer"), hex.parseHex(values.getOrDefault("key", "")), sums));
    }
    if (values.containsKey("ask")) {
      List<Integer> buckets =
          Arrays.stream(values.getOrDefault("buckets", "").split(","))
              .map(Integer::valueOf)
              .toList();
      return Optional.of(new Ask(number(values, "ask"), buckets));
    }
    if (values.containsKey("items")) {
      List<AuditItem> items =
          rows.stream().map(r -> new AuditItem(r[1], hex.parseHex(r[0]))).toList();
      return Optional.of(
          new Items(number(values, "items"), items, Boolean.parseBoolean(values.get("more"))));
    }
    if (values.containsKey("result")) {
      return Optional.of(
          new Result(
              number(values, "result"),
              (int) number(values, "count"),
              (int) number(values, "pending"),
              rows.stream().map(r -> r[1]).toList(),
              number(values, "found"),
              number(values, "repaired")));
    }
    return Optional.empty();
  }

  private static long number(Map<String, String> values, String key) {
    return Long.parseLong(values.getOrDefault(key, "0"));
  }
}
