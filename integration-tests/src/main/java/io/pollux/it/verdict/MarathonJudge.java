package io.pollux.it.verdict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges takeovers in a row by one recording of all of them. Required: nothing in the clear on the
 * WAN although bait was laid; each blow moves the traffic to the other node once, and the old one
 * is silent until its next turn; packets are lost only around a blow; the peer's kernel threw
 * nothing away and counted no sequence or integrity error; no sequence number and no IV came twice
 * on an SPI; the peer began no IKE SA and lost none; every flow runs at the end; the TCP stream
 * survived. Child SAs may be rekeyed: that is what the pair does with keys that several reigns have
 * used.
 */
public final class MarathonJudge {
  /** The blows, {@code realNs:old:new} each, separated by commas. */
  public static final String EVENTS = "marathon.events";

  private static final long MS = 1_000_000;

  /** From the new node's first packet until neighbours and senders have all followed. */
  private static final long SETTLE_NS = 500 * MS;

  private static final double ENOUGH_SENT = 0.95;
  private static final double NEARLY_ALL = 0.95;
  private static final int LAST_PACKETS = 10;
  private static final int OUTSIDE_VRID = 51;
  private static final Pattern XFRM_ERRORS =
      Pattern.compile("(?m)^(XfrmInState(?:SeqError|ProtoError))\\s+(\\d+)");

  private final Evidence evidence;
  private final List<Event> events;
  private final WanView wan;
  private final VrrpView vrrp;
  private final List<FlowTrack> flows = new ArrayList<>();
  private final List<String> reasons = new ArrayList<>();
  private final Map<String, String> figures = new LinkedHashMap<>();

  private record Event(long atNs, Node old, Node fresh) {}

  /**
   * What it amounts to.
   *
   * @param reasons what did not hold, in words; empty when everything did
   * @param figures by name, in the order of the report
   */
  public record Result(boolean passed, List<String> reasons, Map<String, String> figures) {}

  private MarathonJudge(Evidence e) {
    evidence = e;
    events = e.list(EVENTS).stream().map(text -> event(e, text)).toList();
    Node a = Node.of(e, "gw-a");
    Node b = Node.of(e, "gw-b");
    ClearText clear =
        new ClearText(e.list(Evidence.INNER).stream().map(ClearText.Prefix::parse).toList());
    Map<Integer, XfrmState> sas = new LinkedHashMap<>(e.xfrm("peer", "before"));
    sas.putAll(e.xfrm("peer", "after"));
    wan = new WanView(e.capture("wan"), sas, clear, Set.of(a.wanMac(), b.wanMac()));
    vrrp = new VrrpView(e.capture("hub"), e.capture("wan"));
    flows.addAll(Judge.tracks(e, Evidence.HUB_TO_BRANCH, "branch", Set.of(e.mac("branch-lan"))));
    flows.addAll(Judge.tracks(e, Evidence.BRANCH_TO_HUB, "hub", Set.of(a.lanMac(), b.lanMac())));
  }

  private static Event event(Evidence e, String text) {
    String[] part = text.split(":");
    return new Event(Long.parseLong(part[0]), Node.of(e, part[1]), Node.of(e, part[2]));
  }

  /** Judges what lies in a folder. */
  public static Result judge(Evidence evidence) {
    return new MarathonJudge(evidence).result();
  }

  private Result result() {
    require(!events.isEmpty(), "there was no takeover");
    wire();
    turns();
    traffic();
    peer();
    return new Result(reasons.isEmpty(), List.copyOf(reasons), figures);
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      reasons.add(otherwise);
    }
  }

  private void zero(String name, long value) {
    figures.put(name, Long.toString(value));
    require(value == 0, value + " " + name);
  }

  private void wire() {
    figures.put("ESP packets on the WAN", Long.toString(wan.packets()));
    require(wan.packets() > 0, "no ESP on the WAN");
    zero("packets in the clear on the WAN", wan.clear());
    zero("ESP sequence numbers that came twice", wan.duplicateSequences());
    zero("ESP IVs that came twice", wan.duplicateIvs());
    zero("new IKE SAs", wan.ikeSaInits().size());
    Set<Integer> seen = new TreeSet<>();
    evidence.capture("hub").forEach(p -> seen.add(p.flow()));
    for (String node : List.of("gw-a", "gw-b")) {
      int bait = Integer.parseInt(evidence.fact(Evidence.BAIT + node));
      require(seen.contains(bait), "no bait was sent to " + node);
    }
  }

  private void turns() {
    List<Double> millis = new ArrayList<>();
    long late = 0;
    for (int i = 0; i < events.size(); i++) {
      Event e = events.get(i);
      long end = i + 1 < events.size() ? events.get(i + 1).atNs : Long.MAX_VALUE;
      long taken = wan.firstEsp(e.fresh.wanMac(), e.atNs);
      if (taken < 0 || taken >= end) {
        reasons.add("takeover " + (i + 1) + ": " + e.fresh.name() + " sent no ESP");
        continue;
      }
      millis.add((taken - e.atNs) / 1e6);
      late += wan.countEsp(e.old.wanMac(), gate(e, taken), end);
    }
    figures.put("takeovers", Integer.toString(millis.size()));
    zero("ESP packets of a node after its gate had closed", late);
    long reigns =
        vrrp.changes().stream().filter(c -> c.vrid() == OUTSIDE_VRID && !c.goodbye()).count();
    require(
        reigns == events.size() + 1,
        "the addresses were announced by turns "
            + reigns
            + " times, expected "
            + (events.size() + 1)
            + unordered());
    millis.sort(null);
    if (!millis.isEmpty()) {
      figures.put("shortest ms to the first ESP packet", text(millis.getFirst()));
      figures.put("median ms", text(millis.get(millis.size() / 2)));
      figures.put("longest ms", text(millis.getLast()));
    }
  }

  /** Every turn that is not the first answer to a blow, and where it lies. */
  private String unordered() {
    StringBuilder out = new StringBuilder();
    int answered = 0;
    boolean first = true;
    for (VrrpView.Change c : vrrp.changes()) {
      if (c.vrid() != OUTSIDE_VRID || c.goodbye()) {
        continue;
      }
      int blows = (int) events.stream().filter(e -> e.atNs <= c.timeNs()).count();
      boolean ordered = first || blows > answered && events.get(blows - 1).fresh.has(c.sourceMac());
      if (ordered) {
        answered = blows;
      } else {
        out.append(blows == 0 ? "; before the first blow " : "; after blow " + blows + " ");
        long since = c.timeNs() - events.get(Math.max(0, blows - 1)).atNs;
        out.append("by %s, %s ms from it".formatted(name(c.sourceMac()), text(since / 1e6)));
      }
      first = false;
    }
    return out.toString();
  }

  private String name(long mac) {
    Event e = events.getFirst();
    return e.old.has(mac) ? e.old.name() : e.fresh.has(mac) ? e.fresh.name() : "a stranger";
  }

  private static String text(double millis) {
    return String.format(Locale.ROOT, "%.1f", millis);
  }

  /** When the old node must have been shut: its goodbye, or the new node's first sign. */
  private long gate(Event e, long taken) {
    long gate = taken;
    for (long t : new long[] {vrrp.goodbye(e.old, e.atNs), vrrp.first(e.fresh, e.atNs)}) {
      gate = t >= 0 ? Math.min(gate, t) : gate;
    }
    return gate;
  }

  private void traffic() {
    long sent = 0;
    long nominal = 0;
    long lost = 0;
    long outside = 0;
    for (FlowTrack t : flows) {
      sent += t.sent();
      nominal += t.nominal();
      lost += t.lost();
      for (FlowTrack.Hole hole : t.losses()) {
        outside += excused(hole) ? 0 : hole.beforeSequence() - hole.afterSequence() - 1;
      }
      require(
          t.endsWell(LAST_PACKETS, NEARLY_ALL), "flow " + t.flow() + " does not run at the end");
    }
    figures.put("packets sent", Long.toString(sent));
    figures.put("packets lost", Long.toString(lost));
    zero("packets lost apart from a takeover", outside);
    figures.put("packets that the lab's own queue dropped", Long.toString(queue()));
    long latest =
        evidence.reported("sent").stream()
            .mapToLong(e -> Long.parseLong(e.getOrDefault("latest-us", "0")))
            .max()
            .orElse(0);
    figures.put("ms that a sender stood still at most", text(latest / 1e3));
    require(
        nominal > 0 && sent >= ENOUGH_SENT * nominal, "only " + sent + " of " + nominal + " sent");
    List<Map<String, String>> ends = evidence.reported("tcp");
    require(
        ends.size() == 2 && ends.stream().allMatch(e -> "1".equals(e.get("survived"))),
        "the TCP stream broke: " + ends);
  }

  /** What the kernel of all networks dropped before any of them saw it; 0 where it is not known. */
  private long queue() {
    return queue("after") - queue("before");
  }

  private long queue(String when) {
    return evidence
        .text("softnet-" + when + ".txt")
        .lines()
        .mapToLong(line -> Long.parseLong(line.split(" ")[1], 16))
        .sum();
  }

  /** The loss lies between a blow and the time when the new node carried the traffic. */
  private boolean excused(FlowTrack.Hole hole) {
    for (Event e : events) {
      long taken = wan.firstEsp(e.fresh.wanMac(), e.atNs);
      if (taken >= 0 && hole.toNs() >= e.atNs && hole.fromNs() <= taken + SETTLE_NS) {
        return true;
      }
    }
    return false;
  }

  private void peer() {
    Map<Integer, XfrmState> before = evidence.xfrm("peer", "before");
    Map<Integer, XfrmState> after = evidence.xfrm("peer", "after");
    require(
        !before.isEmpty() && before.size() == after.size(),
        "the peer had " + before.size() + " SAs and has " + after.size());
    zero("packets that the peer's SAs threw away", Judge.drops(before, after));
    zero("sequence and integrity errors at the peer", errors("after") - errors("before"));
    figures.put(
        "Child SAs rekeyed",
        Long.toString(after.keySet().stream().filter(s -> !before.containsKey(s)).count() / 2));
    Set<String> ike = PeerSas.parse(evidence.text("peer-sas-before.txt"));
    require(!ike.isEmpty(), "the peer had no IKE SAs");
    require(
        ike.equals(PeerSas.parse(evidence.text("peer-sas-after.txt"))),
        "the peer's IKE SAs are not those of before");
    figures.put("IKE SAs", Integer.toString(ike.size()));
  }

  private long errors(String when) {
    Matcher m = XFRM_ERRORS.matcher(evidence.text("peer-stat-" + when + ".txt"));
    long out = 0;
    while (m.find()) {
      out += Long.parseLong(m.group(2));
    }
    return out;
  }
}
