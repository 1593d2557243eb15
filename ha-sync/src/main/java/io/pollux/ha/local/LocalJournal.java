package io.pollux.ha.local;

import io.pollux.ha.journal.EncodedFrame;
import io.pollux.ha.journal.EventCodec;
import io.pollux.ha.journal.FrameCodec;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.journal.SnapshotChunk;
import io.pollux.ha.journal.SnapshotSender;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.EspSpi;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Writes the local journal of one reign after the other. Every event is in the memory when {@link
 * #append} returns; counters alone wait for up to a second and are merged, because the kernel knows
 * them better. When the tail has become longer than its snapshot (and than the bound), a new
 * snapshot is written into the other region, a chunk at a time with the events in between, and
 * takes the old one's place when it is whole. Not thread safe.
 *
 * <p>The events of one step of the engine are a whole for the reader, as they are for a standby:
 * each but the last says that more follow, so a writer that is killed between two of them leaves
 * what was before the step.
 */
public final class LocalJournal {
  private static final long COUNTERS_NS = 1_000_000_000L;

  /** A takeover has better things to do at first. */
  static final long FIRST_SNAPSHOT_NS = 200_000_000L;

  private static final long GOOD_AFTER_NS = 30_000_000_000L;

  private final JournalStore store;
  private final long bound;
  private final Map<EspSpi, IkeEvent.ReplayAdvanced> counters = new LinkedHashMap<>();
  private LongFunction<HaSnapshot> source = _ -> new HaSnapshot(0, Segment.DEFAULT, 0, List.of());
  private long lastGeneration;
  private long epoch;
  private long token;
  private long index;
  private boolean open;
  private boolean inStep; // the last record says that more of its step follow
  private boolean good;
  private long begunNs;
  private long countersDueNs = Long.MAX_VALUE;
  private Region current = new Region(0);
  private Region next = new Region(0);
  private SnapshotSender sender;
  private long compactions;

  /** A region that is being written. */
  private static final class Region {
    final long generation;
    long at;
    long snapshot;
    long tail;

    Region(long generation) {
      this.generation = generation;
      this.at = JournalLayout.region(generation);
    }
  }

  /**
   * Writes into {@code store}, whatever stands there before.
   *
   * @param bound octets that a tail may have whatever the size of its snapshot
   */
  public LocalJournal(JournalStore store, long bound) {
    this.store = store;
    this.bound = bound;
    this.lastGeneration = LocalJournalReader.newest(store).map(s -> s.generation()).orElse(0L);
  }

  /**
   * A reign begins.
   *
   * @param token see {@link Recovered#token}
   * @param source gives all that the node knows, whenever it is asked
   * @param atOnce the whole snapshot is written before this returns: there is a journal already
   *     that must not be read again once this reign has acted. Else it is written a little later in
   *     {@link #work}, by and by, and a daemon that dies before that leaves nothing
   */
  public void begin(
      long epoch, long token, LongFunction<HaSnapshot> source, boolean atOnce, long nowNs) {
    if (!atOnce) {
      clear();
    }
    this.epoch = epoch;
    this.token = token;
    this.source = source;
    this.index = 0;
    this.good = false;
    this.inStep = false;
    this.begunNs = nowNs;
    counters.clear();
    countersDueNs = nowNs + COUNTERS_NS;
    open = true;
    current = new Region(0);
    sender = null;
    if (atOnce) {
      startSnapshot(nowNs);
      while (sender != null) {
        chunk(nowNs);
      }
    }
  }

  /**
   * The next event of the reign; in the memory when this returns, unless it is a counter.
   *
   * @param more whether the step that this event is part of goes on with the next one
   */
  public void append(IkeEvent event, boolean more, long nowNs) {
    if (!open) {
      return;
    }
    switch (event) {
      case IkeEvent.ReplayAdvanced counter -> {
        counters.merge(
            counter.inbound(),
            counter,
            (old, fresh) ->
                new IkeEvent.ReplayAdvanced(
                    fresh.sa(), fresh.inbound(), old.state().max(fresh.state())));
        if (more || !inStep) {
          return;
        }
        write(List.of(counters.remove(counter.inbound())), false, nowNs); // it ends its step
        return;
      }
      // An SPI that begins or ends here may name another SA afterwards: never merge across.
      case IkeEvent.ChildSaUp(_, var child) -> counters.remove(child.inboundSpi());
      case IkeEvent.ChildSaRekeyed(_, _, var fresh) -> counters.remove(fresh.inboundSpi());
      case IkeEvent.ChildSaDown(_, var inbound, _) -> counters.remove(inbound);
      case IkeEvent.IkeSaUp _, IkeEvent.IkeSaDown _, IkeEvent.IkeSaRekeyed _ ->
          flushCounters(nowNs);
      case IkeEvent.IkeSaMoved _,
          IkeEvent.ChildSaSwitched _,
          IkeEvent.ExchangeStarted _,
          IkeEvent.ExchangeFinished _,
          IkeEvent.ExchangeAnswered _,
          IkeEvent.IkeSaHalfOpen _,
          IkeEvent.IkeSaLimited _,
          IkeEvent.WindowMoved _ -> {}
    }
    write(List.of(event), more, nowNs);
  }

  /** When {@link #work} has something to do. */
  public long nextWakeNs() {
    if (!open) {
      return Long.MAX_VALUE;
    }
    if (sender != null) {
      return begunNs; // at any time
    }
    return current.generation == 0
        ? Math.min(begunNs + FIRST_SNAPSHOT_NS, countersDueNs)
        : countersDueNs;
  }

  /** A portion of what is due: counters, or one chunk of a snapshot. */
  public void work(long nowNs) {
    if (!open) {
      return;
    }
    if (nowNs - countersDueNs >= 0) {
      flushCounters(nowNs);
      countersDueNs = nowNs + COUNTERS_NS;
    }
    if (!good && nowNs - begunNs >= GOOD_AFTER_NS) {
      good = true;
      LocalJournalReader.setReads(store, 0);
    }
    if (sender != null) {
      chunk(nowNs);
    } else if (!inStep && snapshotDue(nowNs)) {
      startSnapshot(nowNs);
    }
  }

  private boolean snapshotDue(long nowNs) {
    return current.generation == 0
        ? nowNs - begunNs >= FIRST_SNAPSHOT_NS
        : current.tail > Math.max(bound, current.snapshot);
  }

  /** Nothing is left to anybody: the reign is over. */
  public void clear() {
    open = false;
    sender = null;
    counters.clear();
    store.discard(0, JournalLayout.READS_AT + 8);
    for (long generation : new long[] {0, 1}) {
      store.discard(JournalLayout.region(generation), JournalLayout.MOST_OCTETS);
    }
  }

  /** Octets that the memory holds now. */
  public long octets() {
    return current.snapshot + current.tail + (sender == null ? 0 : next.snapshot + next.tail);
  }

  /** How often a tail was replaced by a snapshot. */
  public long compactions() {
    return compactions;
  }

  private void startSnapshot(long nowNs) {
    flushCounters(nowNs);
    HaSnapshot all = source.apply(nowNs);
    next = new Region(++lastGeneration);
    store.discard(JournalLayout.region(next.generation), JournalLayout.MOST_OCTETS);
    sender = new SnapshotSender(new HaSnapshot(epoch, Segment.DEFAULT, index, all.sas()), nowNs);
  }

  private void chunk(long nowNs) {
    SnapshotChunk chunk = sender.next(nowNs);
    byte[] head =
        JournalLayout.buffer(8 + 8 + 4 + 4 + 8)
            .putLong(epoch)
            .putLong(chunk.index())
            .putInt(chunk.part())
            .putInt(chunk.last() ? 1 : 0)
            .putLong(chunk.heldNs())
            .array();
    byte[] octets = chunk.octets().use(byte[]::clone);
    ByteBuffer record =
        JournalLayout.record(next.generation, JournalLayout.CHUNK, nowNs, head, octets);
    next.snapshot += record.remaining();
    put(next, record);
    Arrays.fill(octets, (byte) 0);
    chunk.octets().close();
    if (!sender.hasNext()) {
      rule();
    }
  }

  /** The new region is whole. */
  private void rule() {
    JournalLayout.Slot slot = new JournalLayout.Slot(next.generation, epoch, token);
    store.write(slot.at(), JournalLayout.write(slot));
    if (current.generation != 0) {
      compactions++;
    }
    store.discard(JournalLayout.region(next.generation + 1), JournalLayout.MOST_OCTETS);
    current = next;
    sender = null;
  }

  private void flushCounters(long nowNs) {
    if (!counters.isEmpty()) {
      List<IkeEvent> due = new ArrayList<>(counters.values());
      counters.clear();
      write(due, inStep, nowNs); // none of them ends a step that they come in between
    }
  }

  /**
   * @param more of all of them: whether the step goes on
   */
  private void write(List<IkeEvent> events, boolean more, long nowNs) {
    inStep = more;
    boolean toCurrent = current.generation != 0;
    boolean toNext = sender != null;
    List<byte[]> frames = new ArrayList<>(events.size());
    for (IkeEvent event : events) {
      index++;
      try (Secret encoded = EventCodec.encode(event)) {
        frames.add(
            FrameCodec.encode(
                new EncodedFrame(epoch, Segment.DEFAULT, index, index - 1, 0, more, encoded)));
      }
    }
    if (toCurrent) {
      append(current, frames, nowNs);
    }
    if (toNext) {
      append(next, frames, nowNs);
    }
    frames.forEach(octets -> Arrays.fill(octets, (byte) 0));
  }

  private void append(Region region, List<byte[]> frames, long nowNs) {
    List<ByteBuffer> records = new ArrayList<>(frames.size());
    int size = 0;
    for (byte[] frame : frames) {
      ByteBuffer one = JournalLayout.record(region.generation, JournalLayout.FRAME, nowNs, frame);
      size += one.remaining();
      records.add(one);
    }
    ByteBuffer all = JournalLayout.buffer(size);
    for (ByteBuffer one : records) {
      all.put(one);
      Arrays.fill(one.array(), (byte) 0);
    }
    region.tail += size;
    put(region, all.flip());
  }

  private void put(Region region, ByteBuffer octets) {
    int length = octets.remaining();
    store.write(region.at, octets);
    region.at += length;
    Arrays.fill(octets.array(), (byte) 0);
  }
}
