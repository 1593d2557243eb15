package io.pollux.ha.link;

import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaJournal;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.JournalBound;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** An active node and a standby, wired as an agent would, with two lists as the network. */
final class SessionPair {
  static final long SECOND = 1_000_000_000;

  final HaJournal journal;
  final Shadow mirror = new Shadow();
  final Shadow standby = new Shadow();
  final List<SessionOutput> toActive = new ArrayList<>();
  final List<SessionOutput> toStandby = new ArrayList<>();
  final List<LinkMessage> fromActive = new ArrayList<>();
  final List<LinkMessage> fromStandby = new ArrayList<>();
  LinkSession active;
  LinkSession follower;
  long nowNs;

  SessionPair(long epoch, JournalBound bound) {
    journal = new HaJournal(epoch, bound);
    mirror.replace(new HaSnapshot(epoch, Segment.DEFAULT, 0, List.of()), 0);
    connect();
  }

  void connect() {
    active = new LinkSession(SessionPolicy.DEFAULT, hello("castor", mirror));
    follower = new LinkSession(SessionPolicy.DEFAULT, hello("pollux", standby));
    atActive(active.lead(journal, mirror::snapshot, nowNs));
    atStandby(follower.follow(standby.epoch(), standby.index(), nowNs));
  }

  void cut() {
    atActive(active.closed("cut", nowNs));
    atStandby(follower.closed("cut", nowNs));
  }

  HaFrame replicate(IkeEvent event) {
    HaFrame frame = journal.append(event, nowNs);
    mirror.apply(frame, nowNs);
    return frame;
  }

  /** Carries messages until nobody has any, or {@code limit} were carried; returns what is left. */
  int pump(int limit) throws MalformedLink {
    int left = limit;
    boolean moved = true;
    while (moved && left > 0) {
      moved = false;
      Optional<LinkMessage> toFollower = active.poll(nowNs);
      if (toFollower.isPresent()) {
        fromActive.add(toFollower.get());
        atStandby(follower.message(carried(toFollower.get()), nowNs));
        left--;
        moved = true;
      }
      Optional<LinkMessage> toLeader = left > 0 ? follower.poll(nowNs) : Optional.empty();
      if (toLeader.isPresent()) {
        fromStandby.add(toLeader.get());
        atActive(active.message(carried(toLeader.get()), nowNs));
        left--;
        moved = true;
      }
    }
    return left;
  }

  void pump() throws MalformedLink {
    pump(Integer.MAX_VALUE);
  }

  void pass(long ns) {
    nowNs += ns;
    atActive(active.timeout(nowNs));
    atStandby(follower.timeout(nowNs));
  }

  static LinkMessage.Hello hello(String node, Shadow shadow) {
    return new LinkMessage.Hello(1, 1, node, shadow.epoch(), shadow.index(), Octets.of((byte) 1));
  }

  private static LinkMessage carried(LinkMessage message) throws MalformedLink {
    byte[] octets = LinkCodec.encode(message);
    return LinkCodec.decode(Arrays.copyOfRange(octets, LinkCodec.HEADER, octets.length));
  }

  private void atActive(List<SessionOutput> outputs) {
    toActive.addAll(outputs);
  }

  private void atStandby(List<SessionOutput> outputs) {
    for (SessionOutput output : outputs) {
      toStandby.add(output);
      switch (output) {
        case SessionOutput.Received(var frame) -> took(standby.apply(frame, nowNs));
        case SessionOutput.ReceivedSnapshot(var snapshot) -> took(standby.replace(snapshot, nowNs));
        case SessionOutput.PeerKnown _,
            SessionOutput.Acknowledged _,
            SessionOutput.SyncChanged _,
            SessionOutput.PeerRole _,
            SessionOutput.PeerControl _,
            SessionOutput.PeerHealth _,
            SessionOutput.Broken _ -> {}
      }
    }
  }

  private void took(ShadowOutcome outcome) {
    switch (outcome) {
      case ShadowOutcome.Applied _, ShadowOutcome.Duplicate _ -> {
        atStandby(follower.acknowledgeReceived(standby.epoch(), standby.index(), nowNs));
        follower.acknowledgeArmed(standby.epoch(), standby.index());
      }
      case ShadowOutcome.OldEpoch old -> throw new AssertionError(old);
      case ShadowOutcome.SnapshotNeeded(var why) -> atStandby(follower.requestSnapshot(why, nowNs));
    }
  }
}
