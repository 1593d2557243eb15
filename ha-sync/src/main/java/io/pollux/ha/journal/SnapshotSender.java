package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Cuts a snapshot into chunks, one at a time: SAs are turned into octets only when their chunk is
 * fetched. Frames may be sent between any two chunks.
 */
public final class SnapshotSender {
  private final HaSnapshot snapshot;
  private final long madeNs;
  private final Iterator<IkeSaSnapshot> left;
  private byte[] pending = new byte[0];
  private int part;
  private boolean done;

  /** Sends {@code snapshot}, which was made at {@code madeNs}. */
  public SnapshotSender(HaSnapshot snapshot, long madeNs) {
    this.madeNs = madeNs;
    this.snapshot = snapshot;
    this.left = snapshot.sas().iterator();
  }

  public boolean hasNext() {
    return !done;
  }

  /** The next chunk; an empty snapshot has one. */
  public SnapshotChunk next(long nowNs) {
    FrameWriter out = new FrameWriter();
    out.raw(pending);
    while (out.length() < SnapshotChunk.MAX_OCTETS && left.hasNext()) {
      SadCodec.write(out, left.next());
    }
    byte[] all = out.finish();
    int cut = Math.min(all.length, SnapshotChunk.MAX_OCTETS);
    Secret now = Secret.owning(Arrays.copyOf(all, cut));
    pending = Arrays.copyOfRange(all, cut, all.length);
    Arrays.fill(all, (byte) 0);
    done = pending.length == 0 && !left.hasNext();
    return new SnapshotChunk(
        snapshot.epoch(),
        snapshot.segment(),
        snapshot.index(),
        part++,
        done,
        Math.max(0, nowNs - madeNs),
        now);
  }
}
