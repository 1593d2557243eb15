package io.pollux.it.verdict;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges one scenario by its evidence. What is required:
 *
 * <ul>
 *   <li>always: nothing in the clear on the WAN although bait was laid, and the evidence is whole;
 *   <li>{@code failover}: the other node took over, every flow came back, nothing was lost outside
 *       the gap, the peer threw nothing away and kept its IKE and ESP SAs, no sequence number and
 *       no IV came twice, the old node was silent after its gate, the TCP stream survived, the
 *       roles moved once;
 *   <li>{@code quiet}: the same, and nobody took over and nothing was lost;
 *   <li>{@code split}: the other node took over while the old one went on, and when the cut had
 *       healed the old one fell silent for good: see {@link Split};
 *   <li>{@code drops}: the other node took over and the peer did throw packets away.
 * </ul>
 *
 * Where something was cut, the cut must have cut something ({@link Cuts}).
 */
public final class Judge {
  private static final double ENOUGH_SENT = 0.95;

  /** The last packets of each flow, of which nearly all must arrive: the traffic is back. */
  private static final int LAST_PACKETS = 200;

  private static final double NEARLY_ALL = 0.95;
  private static final Pattern DROPPED =
      Pattern.compile("(\\d+) packets? dropped by (?:kernel|interface)");
  private static final Pattern XFRM_ERRORS =
      Pattern.compile("(?m)^(XfrmInState(?:SeqError|ProtoError))\\s+(\\d+)");

  private final Evidence evidence;
  private final String expect;
  private final Node oldNode;
  private final Node newNode;
  private final long event;
  private final Map<Integer, XfrmState> before;
  private final Map<Integer, XfrmState> after;
  private final WanView wan;
  private final VrrpView vrrp;
  private final boolean seesVrrp;
  private final List<FlowTrack> toBranch;
  private final List<FlowTrack> toHub;
  private final List<String> failures = new ArrayList<>();
  private final List<String> disturbances = new ArrayList<>();

  private Judge(Evidence e) {
    evidence = e;
    expect = e.fact(Evidence.EXPECT);
    oldNode = Node.of(e, e.fact(Evidence.OLD_NODE));
    newNode = Node.of(e, e.fact(Evidence.NEW_NODE));
    event = e.eventNs();
    before = e.xfrm("peer", "before");
    after = e.xfrm("peer", "after");
    ClearText clear =
        new ClearText(e.list(Evidence.INNER).stream().map(ClearText.Prefix::parse).toList());
    wan =
        new WanView(e.capture("wan"), before, clear, Set.of(oldNode.wanMac(), standby().wanMac()));
    vrrp = new VrrpView(e.capture("hub"), e.capture("wan"));
    seesVrrp = !e.fact(Evidence.VRRP, "true").equals("false");
    toBranch = tracks(Evidence.HUB_TO_BRANCH, "branch", Set.of(e.mac("branch-lan")));
    toHub = tracks(Evidence.BRANCH_TO_HUB, "hub", Set.of(oldNode.lanMac(), standby().lanMac()));
  }

  /** Judges what lies in a folder. */
  public static Verdict judge(Evidence evidence) {
    return new Judge(evidence).verdict();
  }

  /** The node that did not carry the traffic before the blow. */
  private Node standby() {
    return oldNode.name().equals(newNode.name())
        ? Node.of(evidence, evidence.fact("node.standby"))
        : newNode;
  }

  private List<FlowTrack> tracks(String flows, String capture, Set<Long> from) {
    return tracks(evidence, flows, capture, from);
  }

  /** The flows of one direction, as they arrived from these MAC addresses. */
  static List<FlowTrack> tracks(Evidence evidence, String flows, String capture, Set<Long> from) {
    Map<Integer, FlowTrack> out = new LinkedHashMap<>();
    for (Map<String, String> r : evidence.reported("sent")) {
      int flow = Integer.parseInt(r.get("flow"));
      if (evidence.flows(flows).contains(flow)) {
        out.put(
            flow,
            new FlowTrack(flow, Long.parseLong(r.get("count")), Long.parseLong(r.get("nominal"))));
      }
    }
    for (Packet p : evidence.capture(capture)) {
      FlowTrack t = from.contains(p.sourceMac()) ? out.get(p.flow()) : null;
      if (t != null) {
        t.arrived(p);
      }
    }
    return List.copyOf(out.values());
  }

  private List<FlowTrack> all() {
    List<FlowTrack> out = new ArrayList<>(toBranch);
    out.addAll(toHub);
    return out;
  }

  private Verdict verdict() {
    Verdict.Figures f = figures();
    require(
        f.plaintextPacketsOnWan() == 0,
        f.plaintextPacketsOnWan() + " packets in the clear on the WAN");
    require(wan.packets() > 0, "no ESP on the WAN");
    requireWholeEvidence();
    requireBait();
    failures.addAll(Cuts.complaints(evidence));
    boolean moved = !expect.equals("quiet");
    if (moved) {
      require(f.takeoverMillis() >= 0, newNode.name() + " sent no ESP after the blow");
      require(
          !seesVrrp || f.detectionMillis() >= 0,
          newNode.name() + " announced nothing after the blow");
    }
    requireStableRoles(moved);
    if (expect.equals("drops")) {
      require(
          f.replayDropsAtPeer() > 0,
          "the peer threw nothing away: the check of its drops can't fail");
    } else if (expect.equals("split")) {
      failures.addAll(new Split(evidence, oldNode, newNode, wan, vrrp).complaints());
      requireTraffic(f);
      requireEspSas(f, true);
    } else {
      requireContinuity(f);
    }
    Verdict.Outcome outcome =
        !disturbances.isEmpty()
            ? Verdict.Outcome.INVALID
            : failures.isEmpty() ? Verdict.Outcome.PASS : Verdict.Outcome.FAIL;
    List<String> reasons = new ArrayList<>(disturbances);
    reasons.addAll(failures);
    return new Verdict(evidence.fact(Evidence.NAME), outcome, List.copyOf(reasons), f);
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      failures.add(otherwise);
    }
  }

  /** The traffic is back, on the IKE SAs of before, and no number and no IV came twice. */
  private void requireTraffic(Verdict.Figures f) {
    for (FlowTrack t : all()) {
      require(t.endsWell(LAST_PACKETS, NEARLY_ALL), "flow " + t.flow() + " did not come back");
    }
    require(f.newIkeSasAtPeer() == 0, f.newIkeSasAtPeer() + " new IKE SAs at the peer");
    require(
        f.ikeSpisBefore().equals(f.ikeSpisAfter()), "the peer's IKE SAs are not those of before");
    require(!f.espSpisBefore().isEmpty(), "the peer had no ESP SAs");
    require(
        f.duplicateEspSequences() == 0,
        f.duplicateEspSequences() + " ESP sequence numbers came twice");
    require(f.duplicateEspIvs() == 0, f.duplicateEspIvs() + " ESP IVs came twice");
    require(f.tcpSurvived(), "the TCP stream broke: " + evidence.reported("tcp"));
  }

  private void requireContinuity(Verdict.Figures f) {
    requireTraffic(f);
    require(f.lostOutsideGap() == 0, f.lostOutsideGap() + " packets lost outside the gap");
    require(
        f.replayDropsAtPeer() == 0, "the peer threw away " + f.replayDropsAtPeer() + " packets");
    long errors = xfrmErrors("after") - xfrmErrors("before");
    require(errors == 0, "the peer's kernel counted " + errors + " sequence or integrity errors");
    requireEspSas(f, evidence.fact(Evidence.REKEYS, "false").equals("true"));
    require(
        f.espFromOldNodeAfterGate() == 0,
        f.espFromOldNodeAfterGate()
            + " ESP packets of "
            + oldNode.name()
            + " after its gate had closed");
  }

  /**
   * The same ESP SAs; where Child SAs may be rekeyed, as many as before that carry traffic: one
   * that waits for its end may stand beside its heir, and counts for nothing.
   */
  private void requireEspSas(Verdict.Figures f, boolean mayBeRekeyed) {
    if (!mayBeRekeyed) {
      require(
          f.espSpisBefore().equals(f.espSpisAfter()), "the peer's ESP SAs are not those of before");
      return;
    }
    int then = PeerSas.liveChildren(evidence.text("peer-sas-before.txt")).size();
    int now = PeerSas.liveChildren(evidence.text("peer-sas-after.txt")).size();
    require(then > 0, "the peer had no Child SAs");
    require(now == then, "the peer had " + then + " Child SAs that carry traffic and has " + now);
    require(
        f.espSpisAfter().size() >= 2 * now,
        "the peer's kernel has " + f.espSpisAfter().size() + " ESP SAs for " + now + " Child SAs");
  }

  /** A scenario with few packets, or captures with holes, proves nothing. */
  private void requireWholeEvidence() {
    if (!evidence.fact(Evidence.DISTURBED, "").isEmpty()) {
      disturbances.add(evidence.fact(Evidence.DISTURBED));
    }
    for (List<FlowTrack> direction : List.of(toBranch, toHub)) {
      long sent = direction.stream().mapToLong(FlowTrack::sent).sum();
      long nominal = direction.stream().mapToLong(FlowTrack::nominal).sum();
      if (nominal == 0 || sent < ENOUGH_SENT * nominal) {
        disturbances.add("only " + sent + " of " + nominal + " packets were sent in a direction");
      }
    }
    for (String capture : List.of("hub", "wan", "branch")) {
      Matcher m = DROPPED.matcher(evidence.text(capture + ".tcpdump.txt"));
      while (m.find()) {
        if (!m.group(1).equals("0")) {
          disturbances.add("the capture of " + capture + " lost " + m.group(1) + " packets");
        }
      }
    }
  }

  /** The clear-text check is worth something only if there was something to let through. */
  private void requireBait() {
    Set<Integer> seen = new HashSet<>();
    long from = expect.equals("quiet") ? 0 : event;
    for (Packet p : evidence.capture("hub")) {
      if (p.timeNs() < from
          ? p.targetMac() == standby().lanMac()
          : p.targetMac() == oldNode.lanMac() || from == 0) {
        seen.add(p.flow());
      }
    }
    int standbyBait = Integer.parseInt(evidence.fact(Evidence.BAIT + standby().name()));
    require(seen.contains(standbyBait), "no bait reached the standby");
    int oldBait = Integer.parseInt(evidence.fact(Evidence.BAIT + oldNode.name()));
    require(seen.contains(oldBait), "no bait was sent to the old active node");
  }

  private void requireStableRoles(boolean moved) {
    if (!seesVrrp) {
      return;
    }
    long early = vrrp.first(standby(), 0);
    if (early >= 0 && early < event) {
      // Under a cut that is no reason to take over it is a failure, not a disturbance.
      List<String> where = Cuts.isCut(evidence, early) ? failures : disturbances;
      where.add(
          standby().name() + " took over %.0f ms before the blow".formatted((event - early) / 1e6));
    }
    long goodbye = vrrp.goodbye(oldNode, 0);
    if (goodbye >= 0 && goodbye < event) {
      disturbances.add(oldNode.name() + " gave up before the blow");
    }
    if (!moved) {
      require(early < event, standby().name() + " announced the addresses: a flap");
      return;
    }
    if (expect.equals("split")) {
      return; // both announce until the cut has healed
    }
    long taken = vrrp.first(newNode, event);
    require(
        taken < 0 || vrrp.first(oldNode, gate()) < 0,
        oldNode.name()
            + " announced the addresses again after "
            + newNode.name()
            + " had them: a flap");
  }

  /** When the old node must have been shut: its goodbye, or the new node's first sign. */
  private long gate() {
    long gate = Long.MAX_VALUE;
    for (long t :
        new long[] {
          vrrp.goodbye(oldNode, event),
          vrrp.first(newNode, event),
          wan.firstEsp(newNode.wanMac(), event)
        }) {
      gate = t >= 0 ? Math.min(gate, t) : gate;
    }
    return gate;
  }

  private Verdict.Figures figures() {
    boolean moved = !expect.equals("quiet");
    long sent = all().stream().mapToLong(FlowTrack::sent).sum();
    long received = all().stream().mapToLong(FlowTrack::received).sum();
    long lost = all().stream().mapToLong(FlowTrack::lost).sum();
    long outside = moved ? all().stream().mapToLong(t -> t.lostOutside(t.hole(event))).sum() : lost;
    Set<String> ikeBefore = PeerSas.parse(evidence.text("peer-sas-before.txt"));
    Set<String> ikeAfter = PeerSas.parse(evidence.text("peer-sas-after.txt"));
    Set<String> ikeNew = new TreeSet<>(ikeAfter);
    ikeNew.removeAll(ikeBefore);
    return new Verdict.Figures(
        sent,
        received,
        lost,
        outside,
        gapMillis(toBranch),
        gapMillis(toHub),
        moved ? millis(wan.firstEsp(newNode.wanMac(), event)) : -1,
        moved ? millis(vrrp.first(newNode, event)) : -1,
        drops(before, after),
        drops(evidence.xfrm(newNode.name(), "before"), evidence.xfrm(newNode.name(), "after")),
        tcpSurvived(),
        Math.max(ikeNew.size(), wan.ikeSaInits().size()),
        List.copyOf(ikeBefore),
        List.copyOf(ikeAfter),
        spis(before),
        spis(after),
        wan.clear(),
        wan.duplicateSequences(),
        wan.duplicateIvs(),
        moved ? wan.countEsp(oldNode.wanMac(), gate(), Long.MAX_VALUE) : 0);
  }

  private double gapMillis(List<FlowTrack> flows) {
    return flows.stream().mapToLong(t -> t.hole(event).nanos()).max().orElse(0) / 1e6;
  }

  private double millis(long timeNs) {
    return timeNs < 0 ? -1 : (timeNs - event) / 1e6;
  }

  /** What SAs that stand in both lists threw away in between, and all that the new ones did. */
  static long drops(Map<Integer, XfrmState> before, Map<Integer, XfrmState> after) {
    long out = 0;
    for (XfrmState sa : after.values()) {
      XfrmState then = before.get(sa.spi());
      out += sa.drops() - (then == null ? 0 : Math.min(then.drops(), sa.drops()));
    }
    return out;
  }

  private long xfrmErrors(String when) {
    Matcher m = XFRM_ERRORS.matcher(evidence.text("peer-stat-" + when + ".txt"));
    long out = 0;
    while (m.find()) {
      out += Long.parseLong(m.group(2));
    }
    return out;
  }

  private static List<String> spis(Map<Integer, XfrmState> sas) {
    return sas.keySet().stream().map(s -> "%08x".formatted(s)).sorted().toList();
  }

  private boolean tcpSurvived() {
    List<Map<String, String>> ends = evidence.reported("tcp");
    return ends.size() == 2 && ends.stream().allMatch(e -> "1".equals(e.get("survived")));
  }
}
