package io.pollux.ha.link;

import io.pollux.ha.journal.DecodedFrame;
import io.pollux.ha.journal.EncodedFrame;
import io.pollux.ha.journal.FrameCodec;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.MalformedFrame;
import io.pollux.ha.journal.SnapshotAssembler;
import io.pollux.ha.journal.SnapshotChunk;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The standby side of a session: what was asked for, and what has come of it. */
final class Follower {
  private final SessionPolicy policy;
  private final Deque<Held> held = new ArrayDeque<>();

  private record Held(HaFrame frame, long sinceNs) {}

  private Optional<SnapshotAssembler> assembler = Optional.empty();
  private OptionalLong resumeDueNs = OptionalLong.empty();
  private OptionalLong lastSnapshotAskedNs = OptionalLong.empty();
  private boolean awaiting = true; // whatever comes belongs to an older request
  private int request;
  private long epoch;
  private long target = Long.MAX_VALUE;
  private long received;
  private long armed;
  private boolean snapshotAsked;
  private boolean ackWaits;
  private boolean everReceived;
  private int snapshots;

  Follower(SessionPolicy policy) {
    this.policy = policy;
  }

  LinkMessage.Resume resume(int number, long heldEpoch, long heldIndex) {
    request = number;
    epoch = heldEpoch;
    received = heldIndex;
    return new LinkMessage.Resume(number, heldEpoch, heldIndex, false);
  }

  /** Whether this is the answer that is waited for. */
  boolean sync(LinkMessage.Sync sync) throws MalformedLink {
    if (sync.request() != request || resumeDueNs.isPresent()) {
      return false;
    }
    if (!sync.snapshot() && (sync.epoch() != epoch || sync.from() != received)) {
      throw new MalformedLink(
          "tail after "
              + sync.epoch()
              + "/"
              + sync.from()
              + ", asked for "
              + epoch
              + "/"
              + received);
    }
    awaiting = false;
    snapshotAsked = false;
    target = sync.target();
    held.clear();
    assembler = sync.snapshot() ? Optional.of(new SnapshotAssembler()) : Optional.empty();
    if (sync.snapshot()) {
      snapshots++;
    }
    ackWaits = caughtUp(); // the leader waits for it
    return true;
  }

  boolean caughtUp() {
    return !awaiting && assembler.isEmpty() && received >= target;
  }

  /** Passes a frame on; the result says why a snapshot is needed instead. */
  Optional<String> frame(EncodedFrame encoded, long nowNs, List<SessionOutput> out)
      throws MalformedLink {
    if (awaiting) {
      return Optional.empty();
    }
    switch (open(encoded)) {
      case DecodedFrame.UnknownEvent(_, var index, var type) -> {
        return Optional.of("frame " + index + " has an event of unknown type " + type);
      }
      case DecodedFrame.Known(var frame) -> {
        if (assembler.isEmpty()) {
          out.add(new SessionOutput.Received(frame));
          return Optional.empty();
        }
        held.add(new Held(frame, nowNs));
        return held.size() > policy.maxHeldFrames()
            ? Optional.of("more than " + policy.maxHeldFrames() + " frames during a snapshot")
            : Optional.empty();
      }
    }
  }

  void chunk(SnapshotChunk chunk, long nowNs, List<SessionOutput> out) throws MalformedLink {
    if (awaiting) {
      return;
    }
    if (assembler.isEmpty()) {
      throw new MalformedLink("snapshot chunk without a snapshot");
    }
    Optional<HaSnapshot> whole;
    try {
      whole = assembler.get().accept(chunk);
    } catch (MalformedFrame wrong) {
      throw new MalformedLink(wrong.getMessage());
    }
    if (whole.isPresent()) {
      assembler = Optional.empty();
      epoch = whole.get().epoch();
      received = 0;
      armed = 0;
      out.add(new SessionOutput.ReceivedSnapshot(whole.get()));
      for (Held each : held) {
        out.add(new SessionOutput.Received(each.frame.heldFor(nowNs - each.sinceNs)));
      }
      held.clear();
    }
  }

  void received(long ofEpoch, long index) {
    if (ofEpoch == epoch && !awaiting && assembler.isEmpty()) {
      received = Math.max(received, index);
      everReceived = true;
      ackWaits = true;
    }
  }

  void armed(long ofEpoch, long index) {
    if (ofEpoch == epoch && index > armed && !awaiting && assembler.isEmpty()) {
      armed = index;
      ackWaits = everReceived;
    }
  }

  void refreshAck() {
    ackWaits = everReceived || caughtUp();
  }

  /** All that was acknowledged since the last time, in one message. */
  Optional<LinkMessage> pollAck() {
    if (!ackWaits || awaiting || assembler.isPresent()) {
      return Optional.empty();
    }
    ackWaits = false;
    return Optional.of(new LinkMessage.Ack(epoch, received, Math.min(armed, received)));
  }

  /** From now on everything is dropped until the answer to the next request. */
  void wantSnapshot(long nowNs) {
    if (snapshotAsked) {
      return;
    }
    snapshotAsked = true;
    awaiting = true;
    held.clear();
    assembler = Optional.empty();
    resumeDueNs =
        OptionalLong.of(
            lastSnapshotAskedNs.isEmpty()
                ? nowNs
                : later(nowNs, lastSnapshotAskedNs.getAsLong() + policy.resyncEveryNs()));
  }

  Optional<LinkMessage.Resume> dueResume(long nowNs, int number) {
    if (resumeDueNs.isEmpty() || nowNs - resumeDueNs.getAsLong() < 0) {
      return Optional.empty();
    }
    resumeDueNs = OptionalLong.empty();
    lastSnapshotAskedNs = OptionalLong.of(nowNs);
    request = number;
    return Optional.of(new LinkMessage.Resume(number, epoch, received, true));
  }

  OptionalLong resumeDueNs() {
    return resumeDueNs;
  }

  SessionStatus status(SyncState state) {
    return new SessionStatus(state, -1, received, armed, snapshots);
  }

  private static DecodedFrame open(EncodedFrame encoded) throws MalformedLink {
    try {
      return FrameCodec.open(encoded);
    } catch (MalformedFrame wrong) {
      throw new MalformedLink(wrong.getMessage());
    }
  }

  private static long later(long oneNs, long otherNs) {
    return oneNs - otherNs >= 0 ? oneNs : otherNs;
  }
}
