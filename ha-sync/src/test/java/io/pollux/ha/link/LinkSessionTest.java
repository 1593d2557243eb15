package io.pollux.ha.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.journal.EncodedFrame;
import io.pollux.ha.journal.FrameCodec;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.History;
import io.pollux.ha.journal.JournalBound;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinkSessionTest {
  private static final IkeSpis SA = new IkeSpis(new IkeSpi(1), new IkeSpi(2));
  private static final IkeEvent EVENT = new IkeEvent.ExchangeFinished(SA, new MessageId(7));

  @Test
  void aFreshStandbyGetsASnapshotAndIsPairedASecondLater() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    new History(1).events(100).forEach(pair::replicate);
    pair.pump();
    assertInSync(pair);
    assertThat(pair.follower.status(0).snapshots()).isEqualTo(1);
    assertThat(pair.active.nextTimeoutNs()).isEqualTo(OptionalLong.of(SessionPair.SECOND));
    pair.pass(SessionPair.SECOND - 1);
    assertThat(pair.active.state()).isEqualTo(SyncState.IN_SYNC);
    pair.pass(1);
    assertThat(pair.active.state()).isEqualTo(SyncState.PAIRED);
    assertThat(pair.follower.state()).isEqualTo(SyncState.PAIRED);
  }

  @Test
  void framesAreAcknowledgedTwiceAndTheJournalForgetsThem() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.pump();
    pair.replicate(EVENT);
    pair.pump();
    assertThat(pair.toActive).contains(new SessionOutput.Acknowledged(1, 1));
    assertThat(pair.journal.statistics().frames()).isZero();
    assertThat(pair.journal.armedIndex()).isEqualTo(1);
  }

  @Test
  void acknowledgementsAreCoalesced() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.pump();
    pair.fromStandby.clear();
    for (int i = 1; i <= 50; i++) {
      pair.follower.acknowledgeReceived(2, i, 0);
    }
    pair.follower.acknowledgeArmed(2, 30);
    assertThat(pair.follower.poll(0)).contains(new LinkMessage.Ack(2, 50, 30));
    assertThat(pair.follower.poll(0)).isEmpty();
  }

  @Test
  void aReconnectResumesWithoutASnapshot() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.pump();
    pair.cut();
    assertThat(pair.follower.state()).isEqualTo(SyncState.STALE);
    new History(2).events(100).forEach(pair::replicate);
    pair.connect();
    pair.pump();
    assertInSync(pair);
    assertThat(pair.follower.status(0).snapshots()).isZero();
  }

  @Test
  void cutAtEveryMessageAndConnectedAgainItIsStillTheSameShadow() throws MalformedLink {
    for (int cut = 0; cut < 120; cut++) {
      SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
      List<IkeEvent> events = new History(cut).events(80);
      events.subList(0, 40).forEach(pair::replicate);
      int left = pair.pump(cut);
      for (IkeEvent event : events.subList(40, 80)) {
        pair.replicate(event);
        left = pair.pump(left);
      }
      pair.cut();
      pair.connect();
      pair.pump();
      assertInSync(pair);
    }
  }

  @Test
  void cutsAndOverflowsInAnyOrderLeadToTheSameShadow() throws MalformedLink {
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      SessionPair pair = new SessionPair(2, new JournalBound(1 + random.nextInt(60), 1 << 20));
      for (IkeEvent event : new History(seed).events(300)) {
        pair.replicate(event);
        if (random.nextInt(3) == 0) {
          pair.pump(random.nextInt(8));
        }
        if (random.nextInt(40) == 0) {
          pair.cut();
          pair.connect();
        }
        pair.pass(random.nextInt(1_000_000));
      }
      pair.pump();
      assertInSync(pair);
    }
  }

  @Test
  void framesGoBetweenTheChunksOfASnapshot() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    new History(3).events(6000).forEach(pair::replicate);
    int chunks = 0;
    int framesBetween = 0;
    while (pair.follower.state() != SyncState.IN_SYNC) {
      pair.fromActive.clear();
      pair.pump(1);
      if (pair.fromActive.isEmpty()) {
        continue;
      }
      if (pair.fromActive.getFirst() instanceof LinkMessage.Chunk) {
        chunks++;
        HaFrame barrier = pair.replicate(EVENT);
        pair.fromActive.clear();
        pair.pump(1);
        assertThat(pair.fromActive.getFirst())
            .isInstanceOfSatisfying(
                LinkMessage.Frame.class,
                f -> assertThat(f.frame().index()).isEqualTo(barrier.index()));
        framesBetween++;
      }
    }
    assertThat(chunks).isGreaterThan(3);
    assertThat(framesBetween).isEqualTo(chunks);
    pair.pump();
    assertInSync(pair);
  }

  @Test
  void aFloodOfFramesDoesNotStarveASnapshot() throws MalformedLink {
    SessionPair pair = new SessionPair(2, new JournalBound(1 << 20, 1 << 30));
    new History(3).events(2000).forEach(pair::replicate);
    History flood = new History(4);
    int rounds = 0;
    while (pair.follower.state() != SyncState.IN_SYNC) {
      flood.events(2).forEach(pair::replicate);
      pair.pump(1);
      assertThat(++rounds).isLessThan(200_000);
    }
  }

  @Test
  void anUnknownEventAsksForASnapshotAndGoesOn() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.pump();
    Secret unknown = Secret.copyOf(new byte[] {99, 0});
    EncodedFrame newer = new EncodedFrame(2, Segment.DEFAULT, 1, 0, unknown);
    pair.toStandby.addAll(pair.follower.message(new LinkMessage.Frame(newer), 0));
    pair.replicate(EVENT);
    pair.pump();
    assertInSync(pair);
    assertThat(pair.follower.status(0).snapshots()).isEqualTo(2);
  }

  @Test
  void snapshotsAreAskedForAtMostOnceASecond() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.pump();
    pair.follower.requestSnapshot("one", pair.nowNs);
    pair.pump();
    pair.follower.requestSnapshot("two", pair.nowNs);
    pair.pump();
    assertThat(pair.follower.state()).isEqualTo(SyncState.SYNCING);
    assertThat(pair.follower.nextTimeoutNs()).isEqualTo(OptionalLong.of(SessionPair.SECOND));
    pair.replicate(EVENT);
    pair.pass(SessionPair.SECOND);
    pair.pump();
    assertInSync(pair);
  }

  @Test
  void aResyncEndsThePairedStateOnBothSides() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.pump();
    pair.pass(SessionPair.SECOND);
    assertThat(pair.active.state()).isEqualTo(SyncState.PAIRED);
    pair.follower.requestSnapshot("audit", pair.nowNs);
    pair.pump(1);
    assertThat(pair.active.state()).isEqualTo(SyncState.SYNCING);
    pair.pump();
    assertInSync(pair);
    assertThat(pair.active.state()).isEqualTo(SyncState.IN_SYNC);
  }

  @Test
  void theActiveNodeSendsEverythingOnceMoreWhenItIsOrderedTo() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    assertThat(pair.active.sendSnapshot(pair.nowNs)).isEmpty(); // nobody follows yet
    new History(5).events(60).forEach(pair::replicate);
    pair.pump();
    int before = pair.follower.status(0).snapshots();
    assertThat(pair.active.sendSnapshot(pair.nowNs)).isPresent();
    assertThat(pair.active.state()).isEqualTo(SyncState.SYNCING);
    new History(6).events(5).forEach(pair::replicate);
    pair.pump();
    assertInSync(pair);
    assertThat(pair.follower.status(0).snapshots()).isEqualTo(before + 1);
  }

  @Test
  void aFollowerThatAskedBeforeThereWasALeaderIsServedWhenThereIsOne() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.active = new LinkSession(SessionPolicy.DEFAULT, SessionPair.hello("castor", pair.mirror));
    pair.pump();
    assertThat(pair.active.state()).isEqualTo(SyncState.IDLE);
    pair.active.lead(pair.journal, pair.mirror::snapshot, 0);
    pair.replicate(EVENT);
    pair.pump();
    assertInSync(pair);
  }

  @Test
  void anOldEpochsShadowIsReplacedBySnapshot() throws MalformedLink {
    SessionPair pair = new SessionPair(5, JournalBound.DEFAULT);
    SessionPair before = new SessionPair(2, JournalBound.DEFAULT);
    new History(9).events(50).forEach(before::replicate);
    before.pump();
    pair.standby.replace(before.standby.snapshot(0), 0);
    pair.cut();
    pair.connect();
    new History(10).events(50).forEach(pair::replicate);
    pair.pump();
    assertInSync(pair);
    assertThat(pair.standby.epoch()).isEqualTo(5);
  }

  @Test
  void nobodySpeaksBeforeGreeting() {
    LinkSession session = session("castor");
    assertThat(session.message(new LinkMessage.Ack(1, 1, 1), 0))
        .containsExactly(new SessionOutput.Broken("Ack before HELLO"));
  }

  @Test
  void protocolsWithoutACommonVersionAreRefused() {
    LinkMessage.Hello newer = new LinkMessage.Hello(2, 3, "pollux", 0, 0, Octets.EMPTY);
    assertThat(session("castor").message(newer, 0))
        .singleElement()
        .isInstanceOfSatisfying(
            SessionOutput.Broken.class,
            b -> assertThat(b.reason()).contains("link protocol 2 to 3"));
  }

  @Test
  void twoNodesOfOneNameAreRefused() {
    assertThat(session("castor").message(SessionPair.hello("castor", new Shadow()), 0))
        .containsExactly(new SessionOutput.Broken("both nodes are called castor"));
  }

  @Test
  void anAcknowledgementOfWhatWasNeverSentBreaksTheSession() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.pump();
    assertThat(pair.active.message(new LinkMessage.Ack(2, 99, 0), 0))
        .singleElement()
        .isInstanceOf(SessionOutput.Broken.class);
  }

  @Test
  void aFrameThatIsNoneBreaksTheSession() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.pump();
    EncodedFrame bad = new EncodedFrame(2, Segment.DEFAULT, 1, 0, Secret.copyOf(new byte[] {1}));
    assertThat(pair.follower.message(new LinkMessage.Frame(bad), 0))
        .singleElement()
        .isInstanceOf(SessionOutput.Broken.class);
  }

  @Test
  void roleControlAndHealthPass() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.active.role(Octets.of((byte) 1));
    pair.active.control(Octets.of((byte) 2));
    pair.pump();
    pair.toStandby.addAll(
        pair.follower.message(new LinkMessage.Heartbeat(1, 0, 0, Octets.of((byte) 3)), 0));
    assertThat(pair.toStandby)
        .contains(
            new SessionOutput.PeerRole(Octets.of((byte) 1)),
            new SessionOutput.PeerControl(Octets.of((byte) 2)),
            new SessionOutput.PeerHealth(Octets.of((byte) 3)));
  }

  @Test
  void aHeartbeatRenewsTheAgeOfTheAcknowledgements() throws MalformedLink {
    SessionPair pair = new SessionPair(2, JournalBound.DEFAULT);
    pair.replicate(EVENT);
    pair.pump();
    pair.nowNs += 500;
    assertThat(pair.active.status(pair.nowNs).ackAgeNs()).isEqualTo(500);
    pair.follower.message(new LinkMessage.Heartbeat(1, 0, 0, Octets.EMPTY), pair.nowNs);
    pair.pump();
    assertThat(pair.active.status(pair.nowNs).ackAgeNs()).isZero();
  }

  @Test
  void theWireFormOfAFrameKeepsItsPlace() throws Exception {
    HaFrame frame = new HaFrame(2, Segment.DEFAULT, 9, 4, EVENT);
    assertThat(FrameCodec.read(FrameCodec.encode(frame))).isEqualTo(FrameCodec.seal(frame));
  }

  private static LinkSession session(String node) {
    return new LinkSession(SessionPolicy.DEFAULT, SessionPair.hello(node, new Shadow()));
  }

  private static void assertInSync(SessionPair pair) {
    assertThat(pair.standby.snapshot(pair.nowNs)).isEqualTo(pair.mirror.snapshot(pair.nowNs));
    assertThat(pair.active.state()).isIn(SyncState.IN_SYNC, SyncState.PAIRED);
    assertThat(pair.follower.state()).isIn(SyncState.IN_SYNC, SyncState.PAIRED);
    assertThat(pair.toActive).noneMatch(SessionOutput.Broken.class::isInstance);
    assertThat(pair.toStandby).noneMatch(SessionOutput.Broken.class::isInstance);
  }
}
