package io.pollux.ha.local;

import io.pollux.ha.journal.DecodedFrame;
import io.pollux.ha.journal.FrameCodec;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.MalformedFrame;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.journal.SnapshotAssembler;
import io.pollux.ha.journal.SnapshotChunk;
import io.pollux.ha.local.JournalLayout.Slot;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ike.crypto.Secret;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads what a {@link LocalJournal} has left. */
public final class LocalJournalReader {
  private final JournalStore store;
  private final Slot slot;
  private final long nowNs;
  private final SnapshotAssembler assembler = new SnapshotAssembler();
  private final List<HaFrame> early = new ArrayList<>();
  private Optional<Shadow> shadow = Optional.empty();
  private long at;
  private boolean torn;

  private LocalJournalReader(JournalStore store, Slot slot, long nowNs) {
    this.store = store;
    this.slot = slot;
    this.nowNs = nowNs;
    this.at = slot.region();
  }

  /** Reads it, and counts that it was read. */
  public static Recovered read(JournalStore store, long nowNs) {
    Optional<Slot> slot = newest(store);
    Optional<Recovered> foreign = foreign(store, slot);
    if (foreign.isPresent()) {
      return foreign.get();
    }
    if (slot.isEmpty()) {
      return new Recovered.Nothing();
    }
    long reads = reads(store) + 1;
    setReads(store, reads);
    return new LocalJournalReader(store, slot.get(), nowNs).all(reads);
  }

  static Optional<Slot> newest(JournalStore store) {
    Optional<Slot> newest = Optional.empty();
    for (long at : new long[] {0, JournalLayout.SLOT}) {
      ByteBuffer octets = JournalLayout.buffer(JournalLayout.SLOT);
      store.read(at, octets);
      Optional<Slot> slot = JournalLayout.readSlot(octets.rewind());
      if (slot.isPresent()
          && (newest.isEmpty() || slot.get().generation() > newest.get().generation())) {
        newest = slot;
      }
    }
    return newest;
  }

  /** A journal of another layout is refused by name, not taken for none. */
  private static Optional<Recovered> foreign(JournalStore store, Optional<Slot> known) {
    for (long at : new long[] {0, JournalLayout.SLOT}) {
      ByteBuffer octets = JournalLayout.buffer(JournalLayout.SLOT);
      store.read(at, octets);
      Optional<JournalLayout.Foreign> found = JournalLayout.foreign(octets.rewind());
      long ours = known.map(Slot::generation).orElse(0L);
      if (found.isPresent() && found.get().generation() > ours) {
        return Optional.of(
            new Recovered.Unusable(
                "its layout is of version "
                    + Integer.toUnsignedString(found.get().version())
                    + ", this daemon reads version "
                    + JournalLayout.VERSION));
      }
    }
    return Optional.empty();
  }

  private static long reads(JournalStore store) {
    ByteBuffer octets = JournalLayout.buffer(8);
    store.read(JournalLayout.READS_AT, octets);
    return octets.rewind().getLong();
  }

  static void setReads(JournalStore store, long reads) {
    store.write(JournalLayout.READS_AT, JournalLayout.buffer(8).putLong(reads).rewind());
  }

  private Recovered all(long reads) {
    try {
      for (Optional<byte[]> record = next(); record.isPresent(); record = next()) {
        take(record.get());
        Arrays.fill(record.get(), (byte) 0);
      }
    } catch (MalformedFrame | Unfit wrong) {
      return new Recovered.Unusable(wrong.getMessage());
    }
    if (shadow.isEmpty()) {
      return new Recovered.Unusable("its snapshot is not whole");
    }
    boolean cut = torn || shadow.get().isInStep();
    return new Recovered.Reign(slot.epoch(), slot.token(), reads, shadow.get(), cut);
  }

  /** The next whole record; empty at the end. */
  private Optional<byte[]> next() {
    ByteBuffer head = JournalLayout.buffer(JournalLayout.RECORD_HEAD);
    store.read(at, head);
    int length = head.getInt(0);
    if (length <= 0 || length > JournalLayout.MOST_RECORD) {
      torn |= length != 0;
      return Optional.empty();
    }
    ByteBuffer record = JournalLayout.buffer(JournalLayout.RECORD_HEAD + length);
    store.read(at, record);
    if (record.getInt(4) != JournalLayout.recordCrc(slot.generation(), record.array())) {
      torn = true;
      return Optional.empty();
    }
    at += record.capacity();
    return Optional.of(record.array());
  }

  private void take(byte[] octets) throws MalformedFrame, Unfit {
    ByteBuffer record = ByteBuffer.wrap(octets).order(java.nio.ByteOrder.BIG_ENDIAN);
    int kind = record.getInt(8);
    long ageNs = Math.max(0, nowNs - record.getLong(12));
    record.position(JournalLayout.RECORD_HEAD);
    if (kind == JournalLayout.CHUNK) {
      Optional<HaSnapshot> whole = assembler.accept(chunk(record, ageNs));
      if (whole.isPresent()) {
        begin(whole.get());
      }
    } else if (kind == JournalLayout.FRAME) {
      byte[] frame = new byte[record.remaining()];
      record.get(frame);
      frame(frame, ageNs);
      Arrays.fill(frame, (byte) 0);
    } else {
      throw new Unfit("it has a record of the unknown kind " + kind);
    }
  }

  private static SnapshotChunk chunk(ByteBuffer in, long ageNs) {
    long epoch = in.getLong();
    long index = in.getLong();
    int part = in.getInt();
    boolean last = in.getInt() != 0;
    long heldNs = in.getLong();
    byte[] octets = new byte[in.remaining()];
    in.get(octets);
    return new SnapshotChunk(
        epoch, Segment.DEFAULT, index, part, last, heldNs + ageNs, Secret.owning(octets));
  }

  private void begin(HaSnapshot snapshot) throws Unfit {
    Shadow fresh = new Shadow();
    fresh.replace(snapshot, nowNs);
    shadow = Optional.of(fresh);
    for (HaFrame frame : early) {
      fold(frame);
    }
    early.clear();
  }

  private void frame(byte[] octets, long ageNs) throws MalformedFrame, Unfit {
    switch (FrameCodec.decode(octets)) {
      case DecodedFrame.Known(var frame) -> {
        HaFrame held = frame.heldFor(ageNs);
        if (shadow.isPresent()) {
          fold(held);
        } else {
          early.add(held);
        }
      }
      case DecodedFrame.UnknownEvent unknown ->
          throw new Unfit("a newer version wrote it: event type " + unknown.type());
    }
  }

  private void fold(HaFrame frame) throws Unfit {
    switch (shadow.orElseThrow().apply(frame, nowNs)) {
      case ShadowOutcome.Applied _, ShadowOutcome.Duplicate _ -> {}
      case ShadowOutcome.OldEpoch(long held, long came) ->
          throw new Unfit("epoch " + came + " after " + held);
      case ShadowOutcome.SnapshotNeeded(var why) -> throw new Unfit(why);
    }
  }

  /** Internal to {@link #read}. */
  private static final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;

    Unfit(String message) {
      super(message, null, false, false);
    }
  }
}
