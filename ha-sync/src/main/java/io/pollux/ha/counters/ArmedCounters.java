package io.pollux.ha.counters;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * The standby's side: with which counters SAs stand in its kernel, and whether they are far enough
 * ahead. A child is named by its inbound SPI.
 */
public final class ArmedCounters {
  private static final long ORDER_NS = 1_000_000_000L;

  /** How old the last reading of an idle SA may be that another node has gone on from. */
  private static final long IDLE_NS = PollPolicy.DEFAULT.idleNs();

  private final JumpPolicy policy;
  private final InboundTop inbound;
  private final Map<EspSpi, Entry> entries = new LinkedHashMap<>();

  /**
   * By the time until which the margin is positive, so that a takeover need not look at all of
   * them.
   */
  private final TreeSet<Entry> soonest =
      new TreeSet<>(
          Comparator.comparingLong((Entry e) -> e.safeUntilNs)
              .thenComparing(e -> e.child.inboundSpi()));

  public ArmedCounters(JumpPolicy policy, InboundTop inbound) {
    this.policy = policy;
    this.inbound = inbound;
  }

  /**
   * A child has come from the active node.
   *
   * @param ageNs how old {@code child.replay()} is
   * @return the outbound counter to install it with; {@link Arming.RekeyFirst}: install only the
   *     inbound SA
   */
  public Arming synced(ChildSaSnapshot child, long ageNs, long nowNs) {
    Entry entry = new Entry(child, nowNs - ageNs, nowNs);
    put(entry);
    Arming arming = arm(entry, ageNs);
    order(entry);
    return arming;
  }

  private void put(Entry entry) {
    remove(entry.child.inboundSpi());
    entries.put(entry.child.inboundSpi(), entry);
    soonest.add(entry);
  }

  public void remove(EspSpi child) {
    Entry entry = entries.remove(child);
    if (entry != null) {
      soonest.remove(entry);
    }
  }

  /** Its place in {@link #soonest}; a little too early is as good, and saves work. */
  private void order(Entry entry) {
    long until = entry.safeUntil();
    if (entry.safeUntilNs == Long.MIN_VALUE
        || until < entry.safeUntilNs
        || until - entry.safeUntilNs > ORDER_NS) {
      soonest.remove(entry);
      entry.safeUntilNs = until;
      soonest.add(entry);
    }
  }

  /** How many children it knows. */
  public int size() {
    return entries.size();
  }

  /** The top of the inbound window to install {@code child} with. */
  public long inboundTop(EspSpi child, long nowNs) {
    Entry entry = entries.get(child);
    return inbound.top(entry.read.seq(), entry.in.perSecond(), nowNs - entry.readNs, entry.esn());
  }

  /**
   * Where inbound windows are to begin that stand behind what the dead node may have received by
   * now; none where that is taken into the bargain.
   */
  public Map<EspSpi, Long> inboundTops(long nowNs) {
    Map<EspSpi, Long> tops = new LinkedHashMap<>();
    if (inbound == InboundTop.STRICT) {
      for (Entry entry : entries.values()) {
        long top = inboundTop(entry.child.inboundSpi(), nowNs);
        if (top != entry.read.seq()) {
          tops.put(entry.child.inboundSpi(), top);
        }
      }
    }
    return tops;
  }

  /**
   * A reading has come.
   *
   * @param ageNs how old it is already
   * @return what goes into the kernel: the outbound counter when the reading has advanced by a
   *     quarter of the jump, the inbound one whenever it moved
   */
  public Optional<Rearm> advanced(EspSpi child, ReplayState state, long ageNs, long nowNs) {
    Entry entry = entries.get(child);
    if (entry == null) {
      return Optional.empty();
    }
    ReplayState merged = entry.read.max(state);
    // What a takeover stepped over was not sent.
    long jumped = merged.jumps().packets() - entry.read.jumps().packets();
    long sent = Math.max(0, merged.oseq() - entry.read.oseq() - jumped);
    long received = merged.seq() - entry.read.seq();
    long sinceNs = entry.readNs;
    entry.readNs = Math.max(entry.readNs, nowNs - ageNs);
    entry.gapNs = Math.max(entry.readNs - sinceNs, ageNs);
    // Arrivals bunch; an interval shorter than the poll would only raise the peak: the safe side.
    entry.out = entry.out.observe(sent, sinceNs, entry.readNs);
    entry.in = entry.in.observe(received, sinceNs, entry.readNs);
    entry.read = merged;
    OptionalLong seq =
        received != 0 ? OptionalLong.of(inboundTop(child, nowNs)) : OptionalLong.empty();
    OptionalLong oseq = rearm(entry, ageNs);
    order(entry);
    if (seq.isEmpty() && oseq.isEmpty()) {
      return Optional.empty();
    }
    ChildSaSnapshot sa = entry.child;
    return Optional.of(new Rearm(child, sa.outbound(), oseq, sa.inbound(), seq));
  }

  /** The SA's margin; empty for one that is not armed. */
  public Optional<Margin> margin(EspSpi child, long nowNs) {
    Entry entry = entries.get(child);
    return entry == null ? Optional.empty() : entry.margin(nowNs);
  }

  /** The smallest one and the SA that it belongs to. */
  public Optional<Margin> smallestMargin(long nowNs) {
    return entries.values().stream()
        .flatMap(entry -> entry.margin(nowNs).stream())
        .min(Comparator.comparingLong(Margin::packets));
  }

  /** How many children stand shut: not armed at all. */
  public long shut() {
    return entries.values().stream().filter(e -> e.arming instanceof Arming.RekeyFirst).count();
  }

  /** What a takeover at this moment does with each SA, busiest first. */
  public List<Verdict> atTakeover(long nowNs) {
    List<Entry> busiest = new ArrayList<>(entries.values());
    busiest.sort(Comparator.comparingDouble((Entry e) -> e.out.perSecond()).reversed());
    return busiest.stream().map(entry -> verdict(entry, nowNs)).toList();
  }

  /**
   * Of {@link #atTakeover} those for which something has to be done before the gate opens; the time
   * that this takes does not depend on how many others there are.
   */
  public List<Verdict> urgent(long nowNs) {
    List<Verdict> found = new ArrayList<>();
    for (Entry entry : soonest) {
      if (entry.safeUntilNs > nowNs) {
        break;
      }
      Verdict verdict = verdict(entry, nowNs);
      if (!(verdict instanceof Verdict.Safe)) {
        found.add(verdict);
      }
    }
    return found;
  }

  /**
   * As {@link #urgent}, where another node may have sent since, on the same SAs and from the same
   * readings or older ones: all go one more jump ahead, beyond where it began and what it may have
   * sent since; what has no room for that is shut.
   *
   * @param sinceNs from when on it may have had older readings than this one
   */
  public List<Verdict> afterAnother(long sinceNs, long nowNs) {
    return entries.values().stream().map(entry -> beyond(entry, sinceNs, nowNs)).toList();
  }

  private Verdict beyond(Entry entry, long sinceNs, long nowNs) {
    return switch (entry.arming) {
      case Arming.RekeyFirst no -> shut(entry, no.why());
      case Arming.At _ when experiment() -> asArmed(entry, nowNs);
      case Arming.At _ -> {
        long ageNs = nowNs - Math.min(entry.readNs, sinceNs) + IDLE_NS;
        long used = policy.longest(entry.esn()) + entry.possiblySent(ageNs);
        yield repair(entry, entry.margin(nowNs).orElseThrow(), used, nowNs);
      }
    };
  }

  private boolean experiment() {
    return policy instanceof JumpPolicy.Fixed(long n) && n == 0;
  }

  /**
   * All verdicts, busiest first, once the gate has been opened: what {@link #urgent} has decided
   * stays, everything else goes on from where it is armed.
   */
  public List<Verdict> decided(Map<EspSpi, Verdict> urgent, long nowNs) {
    List<Entry> busiest = new ArrayList<>(entries.values());
    busiest.sort(Comparator.comparingDouble((Entry e) -> e.out.perSecond()).reversed());
    List<Verdict> all = new ArrayList<>(busiest.size());
    for (Entry entry : busiest) {
      Verdict early = urgent.get(entry.child.inboundSpi());
      all.add(early != null ? early : asArmed(entry, nowNs));
    }
    return all;
  }

  /**
   * {@link Verdict#start} of all that {@link #decided} would say, in any order: all that the first
   * moment of a reign needs of it, at a fraction of its cost.
   */
  public void starts(Map<EspSpi, Verdict> urgent, BiConsumer<EspSpi, ReplayState> each) {
    for (Entry entry : entries.values()) {
      EspSpi child = entry.child.inboundSpi();
      Verdict early = urgent.get(child);
      if (early == null && entry.arming instanceof Arming.At at) {
        Jumps jumps = entry.jumped(at.oseq() - entry.read.oseq());
        each.accept(child, Verdict.start(at.oseq(), jumps));
      } else {
        each.accept(child, (early != null ? early : asArmed(entry, entry.readNs)).start());
      }
    }
  }

  /**
   * The children whose inbound windows may be behind, busiest first; none where the windows were
   * moved up already.
   */
  public List<Missed> missed(long nowNs) {
    if (inbound == InboundTop.STRICT) {
      return List.of();
    }
    return entries.values().stream()
        .map(e -> new Missed(e.child.inboundSpi(), e.possiblyReceived(nowNs)))
        .filter(m -> m.packets() > 0)
        .sorted(Comparator.comparingLong(Missed::packets).reversed())
        .toList();
  }

  private static Verdict asArmed(Entry entry, long nowNs) {
    return switch (entry.arming) {
      case Arming.RekeyFirst no -> shut(entry, no.why());
      case Arming.At at ->
          new Verdict.Safe(
              entry.child.inboundSpi(),
              entry.margin(nowNs).orElseThrow(),
              entry.jumped(at.oseq() - entry.read.oseq()));
    };
  }

  private Verdict verdict(Entry entry, long nowNs) {
    ChildSaSnapshot child = entry.child;
    return switch (entry.arming) {
      case Arming.RekeyFirst no -> shut(entry, no.why());
      case Arming.At at -> {
        Margin margin = entry.margin(nowNs).orElseThrow();
        if (margin.packets() > 0 || experiment()) {
          yield new Verdict.Safe(
              child.inboundSpi(), margin, entry.jumped(at.oseq() - entry.read.oseq()));
        }
        yield repair(entry, margin, entry.possiblySent(nowNs - entry.readNs), nowNs);
      }
    };
  }

  private Verdict repair(Entry entry, Margin margin, long used, long nowNs) {
    ChildSaSnapshot child = entry.child;
    long jump = jump(entry, nowNs - entry.readNs);
    // What may have been used is a jump too, for a receiver that did not get it.
    Arming arming =
        used >= Arming.ESN_LIMIT
            ? new Arming.RekeyFirst(Arming.Why.JUMPS_TOO_LONG)
            : Arming.arm(entry.read.oseq() + used, jump, entry.esn(), entry.debt() + used);
    return switch (arming) {
      case Arming.At at ->
          new Verdict.NewAe(
              child.inboundSpi(), child.outbound(), at.oseq(), margin, entry.jumped(used + jump));
      case Arming.RekeyFirst no -> shut(entry, no.why());
    };
  }

  private static Verdict shut(Entry entry, Arming.Why why) {
    ChildSaSnapshot child = entry.child;
    return new Verdict.Shut(
        child.inboundSpi(),
        child.outbound(),
        why,
        new Jumps(entry.read.jumps().takeovers(), Arming.SPENT));
  }

  private OptionalLong rearm(Entry entry, long ageNs) {
    long advanced = entry.read.oseq() - entry.armedFrom;
    long jump = jump(entry, ageNs);
    boolean due =
        switch (entry.arming) {
          case Arming.At at ->
              Long.compareUnsigned(advanced, at.jump() / 4) >= 0 && advanced != 0
                  || entry.debt() != entry.armedDebt // a takeover; it is nearer to its end
                  || jump / 2 > at.jump(); // the rate has grown: what was enough is not any more
          case Arming.RekeyFirst _ -> false; // its number space does not grow back
        };
    if (!due) {
      return OptionalLong.empty();
    }
    return switch (arm(entry, ageNs)) {
      case Arming.At at -> OptionalLong.of(at.oseq());
      case Arming.RekeyFirst _ -> OptionalLong.empty();
    };
  }

  private Arming arm(Entry entry, long ageNs) {
    Arming arming =
        policy instanceof JumpPolicy.Rekey
            ? new Arming.RekeyFirst(Arming.Why.POLICY)
            : forward(
                entry,
                Arming.arm(entry.read.oseq(), jump(entry, ageNs), entry.esn(), entry.debt()));
    entry.arming = arming;
    entry.armedFrom = entry.read.oseq();
    entry.armedDebt = entry.debt();
    return arming;
  }

  /** A lower rate is no reason to write a kernel's counter back, where the numbers suffice. */
  private static Arming forward(Entry entry, Arming wanted) {
    if (entry.arming instanceof Arming.At before
        && wanted instanceof Arming.At at
        && Long.compareUnsigned(at.oseq(), before.oseq()) < 0
        && Arming.arm(
                entry.read.oseq(), before.oseq() - entry.read.oseq(), entry.esn(), entry.debt())
            instanceof Arming.At kept) {
      return kept;
    }
    return wanted;
  }

  private long jump(Entry entry, long ageNs) {
    return policy.jump(entry.esn(), entry.out.perSecond(), Math.max(entry.gapNs, ageNs));
  }

  private static final class Entry {
    final ChildSaSnapshot child;
    ReplayState read;
    long readNs;
    long gapNs;
    PeakRate out;
    PeakRate in;
    Arming arming = new Arming.RekeyFirst(Arming.Why.NEVER_SYNCED);
    long armedFrom;
    long armedDebt;
    long safeUntilNs = Long.MIN_VALUE;

    Entry(ChildSaSnapshot child, long readNs, long nowNs) {
      this.child = child;
      this.read = child.replay();
      this.readNs = readNs;
      this.out = PeakRate.none(nowNs);
      this.in = PeakRate.none(nowNs);
    }

    /** Since a reading of this age: it may have begun, or grown, right after that. */
    long possiblySent(long ageNs) {
      return out.unseen(ageNs);
    }

    long possiblyReceived(long nowNs) {
      return PeakRate.packets(in.perSecond(), nowNs - readNs);
    }

    /**
     * When the margin comes to an end if nothing is heard any more, or a little earlier; the least
     * of all times for one that has none.
     */
    long safeUntil() {
      if (!(arming instanceof Arming.At at) || at.oseq() - read.oseq() <= 2) {
        return Long.MIN_VALUE;
      }
      double spare = at.oseq() - read.oseq() - 2; // what may have been sent is rounded up
      return readNs + (long) (spare / out.unseenPerSecond() * 0.999e9);
    }

    long debt() {
      return read.jumps().packets();
    }

    Jumps jumped(long packets) {
      return new Jumps(read.jumps().takeovers() + 1, debt() + packets);
    }

    boolean esn() {
      return child.algorithms().esn();
    }

    Optional<Margin> margin(long nowNs) {
      if (!(arming instanceof Arming.At at)) {
        return Optional.empty();
      }
      long age = nowNs - readNs;
      // Both terms are below 2^63: an armed value is less than 2^33 ahead of its reading.
      long packets = at.oseq() - read.oseq() - possiblySent(age);
      return Optional.of(
          new Margin(
              child.inboundSpi(),
              child.outbound(),
              packets,
              at.oseq(),
              read.oseq(),
              age,
              out.perSecond()));
    }
  }
}
