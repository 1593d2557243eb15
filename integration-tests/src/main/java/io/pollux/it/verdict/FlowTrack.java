package io.pollux.it.verdict;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The life of one numbered flow: what was sent, what arrived and when, and the hole in between. */
final class FlowTrack {
  private final int flow;
  private final long sent;
  private final long nominal;
  private final List<Arrival> arrivals = new ArrayList<>();
  private final BitSet seen = new BitSet();

  private record Arrival(long timeNs, int sequence) {}

  /**
   * The longest interruption around the blow.
   *
   * @param afterSequence the last number that arrived before it, -1 when none did
   * @param beforeSequence the first that arrived after it; all that were sent when none did
   */
  record Hole(long fromNs, long toNs, int afterSequence, int beforeSequence) {
    long nanos() {
      return toNs - fromNs;
    }
  }

  FlowTrack(int flow, long sent, long nominal) {
    this.flow = flow;
    this.sent = sent;
    this.nominal = nominal;
  }

  void arrived(Packet p) {
    int sequence = p.flowSequence();
    if (sequence >= 0 && !seen.get(sequence)) {
      seen.set(sequence);
      arrivals.add(new Arrival(p.timeNs(), sequence));
    }
  }

  int flow() {
    return flow;
  }

  long sent() {
    return sent;
  }

  long nominal() {
    return nominal;
  }

  long received() {
    return arrivals.size();
  }

  long lost() {
    return Math.max(0, sent - received());
  }

  /** True when at least {@code share} of the flow's last {@code count} packets arrived. */
  boolean endsWell(int count, double share) {
    int from = (int) Math.max(0, sent - count);
    int have = seen.get(from, Math.max(from, (int) sent)).cardinality();
    return have >= share * (sent - from) && sent > 0;
  }

  /**
   * The interruption by a blow at {@code eventNs}: the longest of those with a loss, else the
   * longest.
   */
  Hole hole(long eventNs) {
    Hole withLoss = null;
    Hole any = null;
    Arrival last = new Arrival(eventNs, -1);
    long end = arrivals.isEmpty() ? eventNs : Math.max(eventNs, arrivals.getLast().timeNs);
    List<Arrival> all = new ArrayList<>(arrivals);
    if (last().sequence < sent - 1) {
      all.add(new Arrival(end, (int) sent));
    }
    for (Arrival a : all) {
      Hole h = new Hole(last.timeNs, a.timeNs, last.sequence, a.sequence);
      last = a;
      if (h.toNs >= eventNs) {
        any = longer(any, h);
        withLoss = h.beforeSequence - h.afterSequence > 1 ? longer(withLoss, h) : withLoss;
      }
    }
    Hole none = new Hole(eventNs, eventNs, -1, -1);
    return withLoss != null ? withLoss : any != null ? any : none;
  }

  /** Every run of packets that never arrived, by the arrivals before and after it. */
  List<Hole> losses() {
    long[] times = new long[(int) sent];
    arrivals.stream().filter(a -> a.sequence < sent).forEach(a -> times[a.sequence] = a.timeNs);
    List<Hole> out = new ArrayList<>();
    for (int from = seen.nextClearBit(0); from < sent; ) {
      int to = seen.nextSetBit(from);
      int end = to < 0 || to > sent ? (int) sent : to;
      out.add(
          new Hole(
              from == 0 ? Long.MIN_VALUE : times[from - 1],
              end == sent ? Long.MAX_VALUE : times[end],
              from - 1,
              end));
      from = seen.nextClearBit(end);
    }
    return out;
  }

  private Arrival last() {
    return arrivals.isEmpty() ? new Arrival(0, -1) : arrivals.getLast();
  }

  private static Hole longer(Hole a, Hole b) {
    return a == null || b.nanos() > a.nanos() ? b : a;
  }

  /** Packets lost before or after the hole. */
  long lostOutside(Hole hole) {
    int inside = Math.max(0, hole.beforeSequence - hole.afterSequence - 1);
    int seenInside = 0;
    for (int i = hole.afterSequence + 1; i < hole.beforeSequence; i++) {
      seenInside += seen.get(i) ? 1 : 0;
    }
    return lost() - (inside - seenInside);
  }
}
