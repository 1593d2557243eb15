package io.pollux.ha.link;

import io.pollux.ha.journal.EncodedFrame;
import io.pollux.ha.journal.HaJournal;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.Resumption;
import io.pollux.ha.journal.SnapshotChunk;
import io.pollux.ha.journal.SnapshotSender;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The active side of a session: what the follower has got, and what it gets next. */
final class Leader {
  private final HaJournal journal;
  private final SnapshotSource source;
  private final Deque<LinkMessage> announced = new ArrayDeque<>();
  private Optional<SnapshotSender> sender = Optional.empty();
  private boolean serving;
  private int request;
  private long cursor; // the last index that was sent
  private long target;
  private long acknowledged;
  private long armed;
  private long octetsSinceChunk;
  private long lastAckNs;
  private boolean acked;
  private int snapshots;

  Leader(HaJournal journal, SnapshotSource source) {
    this.journal = journal;
    this.source = source;
  }

  void serve(LinkMessage.Resume resume, long nowNs) {
    request = resume.request();
    serving = true;
    Resumption how =
        resume.snapshot()
            ? new Resumption.Snapshot("it asked")
            : journal.resume(resume.epoch(), resume.lastIndex());
    announced.clear();
    switch (how) {
      case Resumption.Tail(var after) -> {
        sender = Optional.empty();
        cursor = after;
        acknowledged = after;
        announce(false);
      }
      case Resumption.Snapshot _ -> snapshot(nowNs);
    }
  }

  /** Everything once more, whatever it has. */
  boolean again(long nowNs) {
    if (serving) {
      snapshot(nowNs);
    }
    return serving;
  }

  /** Whether the follower has what it was promised. */
  boolean caughtUp() {
    return serving && sender.isEmpty() && announced.isEmpty() && acknowledged >= target;
  }

  /** Whether it concerned this reign. */
  boolean acknowledged(LinkMessage.Ack ack, long nowNs, List<SessionOutput> out)
      throws MalformedLink {
    if (ack.epoch() != journal.epoch() || !serving) {
      return false;
    }
    if (ack.received() < 0
        || ack.received() > journal.lastIndex()
        || ack.armed() < 0
        || ack.armed() > journal.lastIndex()) {
      throw new MalformedLink(
          "acknowledged "
              + ack.received()
              + "/"
              + ack.armed()
              + ", the last is "
              + journal.lastIndex());
    }
    lastAckNs = nowNs;
    acked = true;
    boolean news = ack.received() > acknowledged || ack.armed() > armed;
    acknowledged = Math.max(acknowledged, ack.received());
    armed = Math.max(armed, ack.armed());
    journal.received(acknowledged);
    journal.armed(armed);
    if (news) {
      out.add(new SessionOutput.Acknowledged(acknowledged, armed));
    }
    return true;
  }

  Optional<LinkMessage> poll(long nowNs) {
    if (!serving) {
      return Optional.empty();
    }
    if (!journal.covers(cursor)) {
      snapshot(nowNs); // it fell behind by more than the journal holds
    }
    if (!announced.isEmpty()) {
      return Optional.of(announced.remove());
    }
    boolean chunkIsDue = sender.isPresent() && octetsSinceChunk >= SnapshotChunk.MAX_OCTETS;
    Optional<EncodedFrame> frame = chunkIsDue ? Optional.empty() : journal.after(cursor, nowNs);
    if (frame.isPresent()) {
      cursor = frame.get().index();
      octetsSinceChunk += frame.get().event().length();
      return Optional.of(new LinkMessage.Frame(frame.get()));
    }
    return sender.map(from -> chunk(from, nowNs));
  }

  SessionStatus status(SyncState state, long nowNs) {
    return new SessionStatus(state, acked ? nowNs - lastAckNs : -1, acknowledged, armed, snapshots);
  }

  private LinkMessage chunk(SnapshotSender from, long nowNs) {
    SnapshotChunk chunk = from.next(nowNs);
    octetsSinceChunk = 0;
    if (!from.hasNext()) {
      sender = Optional.empty();
    }
    return new LinkMessage.Chunk(chunk);
  }

  private void snapshot(long nowNs) {
    HaSnapshot all = source.snapshot(nowNs);
    if (all.epoch() != journal.epoch() || all.index() != journal.lastIndex()) {
      throw new IllegalStateException(
          "the mirror is at "
              + all.epoch()
              + "/"
              + all.index()
              + ", the journal at "
              + journal.epoch()
              + "/"
              + journal.lastIndex());
    }
    sender = Optional.of(new SnapshotSender(all, nowNs));
    cursor = all.index();
    acknowledged = 0;
    snapshots++;
    announced.clear();
    announce(true);
  }

  private void announce(boolean snapshot) {
    target = journal.lastIndex();
    announced.add(new LinkMessage.Sync(request, snapshot, journal.epoch(), cursor, target));
  }
}
