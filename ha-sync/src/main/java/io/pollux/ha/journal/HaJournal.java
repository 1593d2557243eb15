package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The events of one reign in order, as long as the standby has not got them.
 *
 * <p>Events are turned into octets as they come, so nothing here depends on how long the engine
 * keeps its secrets. Of counters only the newest of a child is kept. When the bound is reached the
 * tail is thrown away, and whoever has not got it needs a snapshot; the journal itself goes on. Not
 * thread safe: one thread owns the journal, the mirror shadow, the barrier queue and the link
 * session.
 */
public final class HaJournal {
  private final long epoch;
  private final Segment segment;
  private final JournalBound bound;
  private final TreeMap<Long, Entry> entries = new TreeMap<>();
  private final Map<EspSpi, Counted> newest = new LinkedHashMap<>();
  private long octets;
  private long last;
  private long base; // everything up to here is acknowledged or thrown away
  private long received;
  private long armed;
  private long coalesced;
  private long overflows;

  private record Entry(Secret event, Optional<EspSpi> counted, boolean more, long appendedNs) {}

  private record Counted(long index, ReplayState state) {}

  public HaJournal(long epoch, Segment segment, JournalBound bound) {
    this.epoch = epoch;
    this.segment = segment;
    this.bound = bound;
  }

  /** The journal of a pair's reign. */
  public HaJournal(long epoch, JournalBound bound) {
    this(epoch, Segment.DEFAULT, bound);
  }

  /**
   * Numbers an event. Apply the result to the mirror shadow; the link session fetches it by itself.
   * A counter comes back merged with the unacknowledged one that it replaces.
   *
   * @param more whether the step that this event is part of goes on with the next one
   */
  public HaFrame append(IkeEvent event, boolean more, long nowNs) {
    long index = ++last;
    IkeEvent kept = coalesce(event, index);
    Entry entry = new Entry(EventCodec.encode(kept), countedBy(kept), more, nowNs);
    entries.put(index, entry);
    octets += entry.event.length();
    if (entries.size() > bound.frames() || octets > bound.octets()) {
      overflow();
    }
    return new HaFrame(epoch, segment, index, index - 1, 0, more, kept);
  }

  /** As {@link #append(IkeEvent, boolean, long)}, for a step of one event. */
  public HaFrame append(IkeEvent event, long nowNs) {
    return append(event, false, nowNs);
  }

  /** The standby's shadow has everything up to {@code index}. Going back changes nothing. */
  public void received(long index) {
    requireKnown(index);
    if (index <= received) {
      return;
    }
    received = index;
    base = Math.max(base, index);
    Map<Long, Entry> done = entries.headMap(index, true);
    done.forEach(this::forget);
    done.clear();
  }

  /** The standby's kernel is armed with everything up to {@code index}. */
  public void armed(long index) {
    requireKnown(index);
    armed = Math.max(armed, index);
  }

  /**
   * What a standby needs that has this much of the history.
   *
   * @param peerEpoch the epoch of what it has
   * @param peerIndex the last index that it has
   */
  public Resumption resume(long peerEpoch, long peerIndex) {
    if (peerEpoch != epoch) {
      return new Resumption.Snapshot("it has epoch " + peerEpoch + ", this is " + epoch);
    }
    if (peerIndex < 0 || peerIndex > last) {
      return new Resumption.Snapshot("it has index " + peerIndex + ", the last is " + last);
    }
    if (!covers(peerIndex)) {
      return new Resumption.Snapshot("the journal starts after " + base + ", it has " + peerIndex);
    }
    return new Resumption.Tail(peerIndex);
  }

  /** Whether everything after {@code index} is still here. */
  public boolean covers(long index) {
    return index >= base;
  }

  /** The next frame after {@code index}, which must be {@linkplain #covers covered}. */
  public Optional<EncodedFrame> after(long index, long nowNs) {
    if (!covers(index)) {
      throw new IllegalArgumentException("nothing is kept after " + index + " up to " + base);
    }
    Map.Entry<Long, Entry> next = entries.higherEntry(index);
    if (next == null) {
      return Optional.empty();
    }
    Long before = entries.lowerKey(next.getKey());
    long previous = before == null ? base : before;
    Entry entry = next.getValue();
    long heldNs = Math.max(0, nowNs - entry.appendedNs);
    return Optional.of(
        new EncodedFrame(epoch, segment, next.getKey(), previous, heldNs, entry.more, entry.event));
  }

  public long epoch() {
    return epoch;
  }

  public Segment segment() {
    return segment;
  }

  /** The newest index; 0 before the first event. */
  public long lastIndex() {
    return last;
  }

  /** The last index that the standby acknowledged as in its shadow. */
  public long receivedIndex() {
    return received;
  }

  /** The last index that the standby acknowledged as in its kernel. */
  public long armedIndex() {
    return armed;
  }

  public JournalStatistics statistics() {
    return new JournalStatistics(entries.size(), octets, coalesced, overflows);
  }

  private IkeEvent coalesce(IkeEvent event, long index) {
    switch (event) {
      case IkeEvent.ReplayAdvanced(var sa, var inbound, var state) -> {
        Counted old = newest.get(inbound);
        ReplayState merged = old == null ? state : old.state.max(state);
        if (old != null) {
          octets -= entries.remove(old.index).event.length();
          coalesced++;
        }
        newest.put(inbound, new Counted(index, merged));
        return new IkeEvent.ReplayAdvanced(sa, inbound, merged);
      }
      // An SPI that begins or ends here may name another SA afterwards: never merge across.
      case IkeEvent.ChildSaUp(_, var child) -> newest.remove(child.inboundSpi());
      case IkeEvent.ChildSaRekeyed(_, _, var fresh) -> newest.remove(fresh.inboundSpi());
      case IkeEvent.ChildSaDown(_, var inbound, _) -> newest.remove(inbound);
      case IkeEvent.IkeSaUp _, IkeEvent.IkeSaDown _ -> newest.clear();
      case IkeEvent.IkeSaRekeyed(_, var fresh) ->
          fresh.children().forEach(child -> newest.remove(child.inboundSpi()));
      case IkeEvent.IkeSaMoved _,
          IkeEvent.IkeSaLimited _,
          IkeEvent.ChildSaSwitched _,
          IkeEvent.ExchangeStarted _,
          IkeEvent.ExchangeFinished _,
          IkeEvent.ExchangeAnswered _,
          IkeEvent.IkeSaHalfOpen _,
          IkeEvent.WindowMoved _ -> {}
    }
    return event;
  }

  private static Optional<EspSpi> countedBy(IkeEvent event) {
    return event instanceof IkeEvent.ReplayAdvanced(_, var inbound, _)
        ? Optional.of(inbound)
        : Optional.empty();
  }

  private void overflow() {
    entries.clear();
    newest.clear();
    octets = 0;
    base = last;
    overflows++;
  }

  private void forget(long index, Entry entry) {
    octets -= entry.event.length();
    entry.counted.ifPresent(
        inbound ->
            newest.computeIfPresent(
                inbound, (_, counted) -> counted.index == index ? null : counted));
  }

  private void requireKnown(long index) {
    if (index < 0 || index > last) {
      throw new IllegalArgumentException("acknowledged " + index + ", the last is " + last);
    }
  }
}
