package io.pollux.ha.counters;

import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpis;
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

/**
 * The active node's side: which Child SAs to read next, and what the standby is told. A child is
 * named by its inbound SPI. Readings come from GETAE polls and XFRM async events alike, in any
 * order: they merge by maximum.
 */
public final class CounterTracker {
  /** An order's way into the kernel. */
  private static final long ORDER_NS = 1_000_000_000L;

  /** More than that way, at rates that nobody has seen. */
  private static final long AHEAD = 1 << 20;

  private final PollPolicy poll;
  private final Map<EspSpi, Entry> entries = new LinkedHashMap<>();
  private final TreeSet<Due> queue =
      new TreeSet<>(Comparator.comparingLong(Due::atNs).thenComparing(Due::child));

  public CounterTracker(PollPolicy poll) {
    this.poll = poll;
  }

  /**
   * A child stands in the kernel; due for reading at once. Of one that a takeover brought, {@code
   * child.replay()} has the {@link Verdict#jumps}.
   */
  public void add(IkeSpis sa, ChildSaSnapshot child, long nowNs) {
    remove(child.inboundSpi());
    Entry entry = new Entry(sa, child.algorithms().esn(), child.replay(), nowNs);
    entries.put(child.inboundSpi(), entry);
    schedule(child.inboundSpi(), entry, nowNs);
  }

  public void remove(EspSpi child) {
    Entry entry = entries.remove(child);
    if (entry != null) {
      queue.remove(new Due(entry.dueNs, child));
    }
  }

  /** At most {@code max} children that are to be read now; each is scheduled anew. */
  public List<EspSpi> due(long nowNs, int max) {
    List<EspSpi> due = new ArrayList<>();
    while (due.size() < max && !queue.isEmpty() && queue.first().atNs() <= nowNs) {
      EspSpi child = queue.pollFirst().child();
      due.add(child);
      Entry entry = entries.get(child);
      boolean idle = nowNs - entry.movedNs >= poll.idleAfterNs();
      schedule(child, entry, nowNs + (idle ? poll.idleNs() : poll.inUseNs()));
    }
    return due;
  }

  /** When {@link #due} has something. */
  public OptionalLong nextPollNs() {
    return queue.isEmpty() ? OptionalLong.empty() : OptionalLong.of(queue.first().atNs());
  }

  /**
   * A reading. What comes back goes into the journal: when something moved, and now and then when
   * nothing did, so that the standby knows how old its number is.
   */
  public Optional<IkeEvent.ReplayAdvanced> read(EspSpi child, ReplayState state, long nowNs) {
    Entry entry = entries.get(child);
    if (entry == null) {
      return Optional.empty();
    }
    ReplayState merged = entry.read.max(state);
    boolean moved = !merged.equals(entry.read);
    if (entry.readOnce) {
      entry.out = entry.out.observe(merged.oseq() - entry.read.oseq(), entry.readNs, nowNs);
      entry.in = entry.in.observe(merged.seq() - entry.read.seq(), entry.readNs, nowNs);
    }
    boolean wasIdle = nowNs - entry.movedNs >= poll.idleAfterNs();
    entry.read = merged;
    entry.readNs = nowNs;
    entry.readOnce = true;
    if (moved) {
      entry.movedNs = nowNs;
      if (wasIdle) {
        queue.remove(new Due(entry.dueNs, child));
        schedule(child, entry, nowNs + poll.inUseNs());
      }
    }
    // A whole period would let a sweep that is a moment early tell nothing, until the next one.
    if (!moved && nowNs - entry.toldNs < poll.idleNs() / 2) {
      return Optional.empty();
    }
    entry.toldNs = nowNs;
    return Optional.of(new IkeEvent.ReplayAdvanced(entry.sa, child, merged));
  }

  /**
   * Where the outbound SA may go on beyond all that it can have sent by now, in a reign that goes
   * on: for one that is made anew.
   *
   * @param unreadNs for how long nobody may have read it; its last reading may be older than that
   */
  public Arming ahead(EspSpi child, long unreadNs, long nowNs) {
    Entry entry = entries.get(child);
    if (entry == null) {
      return new Arming.RekeyFirst(Arming.Why.NEVER_SYNCED);
    }
    long ageNs = Math.max(unreadNs, nowNs - entry.readNs);
    long packets = entry.out.unseen(ageNs + ORDER_NS) + AHEAD;
    return packets >= Arming.ESN_LIMIT
        ? new Arming.RekeyFirst(Arming.Why.JUMPS_TOO_LONG)
        : Arming.arm(entry.read.oseq(), packets, entry.esn, entry.read.jumps().packets());
  }

  /**
   * The outbound SA is to go on from {@code oseq}, of which {@code packets} were never sent: part
   * of its sum of jumps, and no traffic.
   *
   * @return what the standby is told before the kernel is: by its old reading it would stand
   *     behind; empty for a child that nobody follows
   */
  public Optional<IkeEvent.ReplayAdvanced> stepped(
      EspSpi child, long oseq, long packets, long nowNs) {
    Entry entry = entries.get(child);
    if (entry == null) {
      return Optional.empty();
    }
    Jumps before = entry.read.jumps();
    Jumps after = new Jumps(before.takeovers(), before.packets() + packets);
    entry.read = entry.read.max(new ReplayState(oseq, 0)).withJumps(after);
    entry.toldNs = nowNs; // and it was not read: a reading that is under way is older
    return Optional.of(new IkeEvent.ReplayAdvanced(entry.sa, child, entry.read));
  }

  /** The standby has acknowledged this reading. */
  public void confirmed(EspSpi child, ReplayState state) {
    Entry entry = entries.get(child);
    if (entry != null) {
      entry.confirmed = entry.confirmed.max(state);
    }
  }

  /** Children whose number space is too short for two takeovers: to be rekeyed. */
  public List<EspSpi> toRekey(JumpPolicy policy) {
    List<EspSpi> all = new ArrayList<>();
    entries.forEach(
        (child, entry) -> {
          long jump = policy.jump(entry.esn, entry.out.perSecond(), poll.inUseNs());
          switch (Arming.arm(entry.read.oseq(), jump, entry.esn, entry.read.jumps().packets())) {
            case Arming.At at when !at.rekeySoon() -> {}
            case Arming.At _, Arming.RekeyFirst _ -> all.add(child);
          }
        });
    return all;
  }

  /** For status and metrics. */
  public Optional<Status> status(EspSpi child, long nowNs) {
    return Optional.ofNullable(entries.get(child))
        .map(
            e ->
                new Status(
                    e.read, nowNs - e.readNs, e.confirmed, e.out.perSecond(), e.in.perSecond()));
  }

  /** All children, in the order of their installation. */
  public List<EspSpi> children() {
    return List.copyOf(entries.keySet());
  }

  /**
   * What is known of one child.
   *
   * @param lastRead and {@code ageNs}: the newest reading and how old it is
   * @param confirmed what the standby has acknowledged
   */
  public record Status(
      ReplayState lastRead,
      long ageNs,
      ReplayState confirmed,
      double peakOutPerSecond,
      double peakInPerSecond) {
    /** Outbound packets that the standby does not know of, as far as they were read. */
    public long lag() {
      return lastRead.oseq() - confirmed.oseq();
    }
  }

  private void schedule(EspSpi child, Entry entry, long atNs) {
    entry.dueNs = atNs;
    queue.add(new Due(atNs, child));
  }

  private record Due(long atNs, EspSpi child) {}

  private static final class Entry {
    final IkeSpis sa;
    final boolean esn;
    ReplayState read;
    ReplayState confirmed = ReplayState.NEW;
    PeakRate out;
    PeakRate in;
    long dueNs;
    long readNs;
    long movedNs;
    long toldNs;
    boolean readOnce;

    Entry(IkeSpis sa, boolean esn, ReplayState read, long nowNs) {
      this.sa = sa;
      this.esn = esn;
      this.read = read;
      this.out = PeakRate.none(nowNs);
      this.in = PeakRate.none(nowNs);
      this.readNs = nowNs;
      this.movedNs = nowNs;
      this.toldNs = nowNs;
    }
  }
}
