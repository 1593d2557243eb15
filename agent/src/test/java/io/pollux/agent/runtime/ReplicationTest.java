package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ike.engine.Effect.Transmit;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replication between two nodes, with a list as the link. */
class ReplicationTest {
  private static final long MS = 1_000_000L;
  private static final long BOUND = 50 * MS;
  private static final Endpoint END = new Endpoint(InetAddress.ofLiteral("192.0.2.1"), 500);
  private final Node leader = new Node("a");
  private final Node follower = new Node("b");
  private long now = 1_000 * MS;

  /** One node: its replication, what waits on the wire to the other, what it let out. */
  private static final class Node implements Replication.Owner, Replication.Wire {
    final Deque<LinkMessage> wire = new ArrayDeque<>();
    final List<Transmit> sent = new ArrayList<>();
    final List<SyncState> states = new ArrayList<>();
    final List<String> complaints = new ArrayList<>();
    final Replication replication;

    Node(String name) {
      replication =
          new Replication(
              this,
              BOUND,
              r ->
                  new LinkMessage.Hello(
                      1, 1, name, r.shadow().epoch(), r.shadow().index(), Octets.EMPTY),
              Legacy.none());
    }

    @Override
    public boolean send(LinkMessage message) {
      return wire.add(message);
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void send(List<Transmit> transmits) {
      sent.addAll(transmits);
    }

    @Override
    public void followed(ShadowOutcome.Applied applied) {}

    @Override
    public void acknowledged(long index) {}

    @Override
    public void synced(SyncState state) {
      states.add(state);
    }

    @Override
    public void peerRole(Octets octets) {}

    @Override
    public void peerControl(Octets octets) {}

    @Override
    public void broken(String reason) {
      complaints.add(reason);
    }
  }

  @AfterEach
  void noComplaints() {
    assertThat(leader.complaints).isEmpty();
    assertThat(follower.complaints).isEmpty();
  }

  @BeforeEach
  void pair() {
    leader.replication.lead(6, now);
    leader.replication.linkUp(leader, now);
    follower.replication.linkUp(follower, now);
    for (int i = 0; i < 40; i++) { // back to paired only after a second in sync
      now += 50 * MS;
      exchange();
      leader.replication.wake(now);
      follower.replication.wake(now);
      // the kernel took it all
      follower.replication.armedThrough(Runnable::run);
    }
    exchange();
    assertThat(leader.replication.syncState()).isEqualTo(SyncState.PAIRED);
  }

  private void exchange() {
    while (!leader.wire.isEmpty() || !follower.wire.isEmpty()) {
      Optional.ofNullable(leader.wire.poll()).ifPresent(m -> follower.replication.message(m, now));
      Optional.ofNullable(follower.wire.poll()).ifPresent(m -> leader.replication.message(m, now));
    }
  }

  private void answer(int id) {
    IkeEvent event =
        new IkeEvent.ExchangeAnswered(
            TestChild.IKE, new MessageId(id), List.of(Octets.owning(new byte[28])));
    leader.replication.replicate(event, false, now);
    leader.replication.submit(
        new Transmit(Optional.of(TestChild.IKE), END, END, Octets.owning(new byte[28])), now);
    leader.replication.pump(now);
  }

  @Test
  void whatRevealsAChangeWaitsUntilTheStandbyHasIt() {
    answer(1);
    assertThat(leader.sent).isEmpty();
    assertThat(leader.replication.heldBack()).isEqualTo(1);
    exchange();
    assertThat(leader.sent).hasSize(1);
    assertThat(follower.replication.shadow().index())
        .isEqualTo(leader.replication.shadow().index());
  }

  /** The thread is late: another connection stands already, of which it has not been told. */
  @Test
  void whatAnOldSessionStillSaysDoesNotComeOnTheNextConnection() {
    Node next = new Node("next");
    leader.replication.control(Octets.EMPTY, now);
    assertThat(leader.wire).hasSize(1);
    leader.replication.linkDown("reset", false, now);
    leader.replication.linkUp(next, now);
    leader.replication.control(Octets.EMPTY, now);
    assertThat(leader.wire).hasSize(1);
    assertThat(next.wire.poll()).isInstanceOf(LinkMessage.Hello.class);
  }

  /** One complaint is enough; the connection ends, and what was under way on it means nothing. */
  @Test
  void aBrokenSessionIsNamedOnce() {
    follower.replication.linkDown("reset", false, now);
    follower.replication.linkUp(follower, now);
    for (int i = 0; i < 3; i++) {
      follower.replication.message(new LinkMessage.Control(Octets.EMPTY), now);
    }
    assertThat(follower.complaints).singleElement().asString().contains("before HELLO");
    follower.complaints.clear();
  }

  /** The power goes when half of a step has left: then the standby knows nothing of it. */
  @Test
  void halfAStepIsNoStep() {
    long before = follower.replication.shadow().index();
    IkeEvent first = new IkeEvent.ExchangeFinished(TestChild.IKE, new MessageId(7));
    leader.replication.replicate(first, true, now);
    leader.replication.pump(now);
    exchange();
    assertThat(follower.replication.shadow().index()).isEqualTo(before);
    answer(1);
    assertThat(leader.sent).isEmpty();
    exchange();
    assertThat(leader.sent).hasSize(1);
    assertThat(follower.replication.shadow().index()).isEqualTo(before + 2);
  }

  @Test
  void aSilentStandbyHoldsItBackForTheBoundAndNoLonger() {
    answer(1);
    leader.replication.wake(now + BOUND - 1);
    assertThat(leader.sent).isEmpty();
    leader.replication.wake(now + BOUND);
    assertThat(leader.sent).hasSize(1);
    now += BOUND;
    answer(2); // degraded, and held back as before: it may be slow for a moment only
    assertThat(leader.sent).hasSize(1);
    exchange();
    assertThat(leader.sent).hasSize(2);
  }

  @Test
  void eitherNodeCanHaveTheSnapshotSentOnceMore() {
    int before = follower.replication.status(now).orElseThrow().snapshots();
    assertThat(follower.replication.again(now).ok()).isTrue();
    exchange();
    assertThat(leader.replication.again(now).ok()).isTrue();
    assertThat(leader.replication.syncState()).isEqualTo(SyncState.SYNCING);
    exchange();
    assertThat(leader.replication.syncState()).isEqualTo(SyncState.IN_SYNC);
    assertThat(follower.replication.status(now).orElseThrow().snapshots()).isEqualTo(before + 2);
    leader.replication.linkDown("cut", false, now);
    assertThat(leader.replication.again(now).ok()).isFalse();
  }

  @Test
  void aLostLinkLetsEverythingGo() {
    answer(1);
    leader.replication.linkDown("cut", false, now);
    assertThat(leader.sent).hasSize(1);
    assertThat(leader.replication.syncState()).isEqualTo(SyncState.STALE);
  }

  @Test
  void aNewReignForgetsWhatTheOldOneHeldBack() {
    answer(1);
    leader.replication.follow(false, now);
    assertThat(leader.replication.heldBack()).isZero();
    assertThat(leader.replication.leading()).isFalse();
  }

  /** The own reign is over, and the heir is gone before its snapshot came. */
  @Test
  void anHeirThatWasNotHeardOfIsReckonedWith() {
    leader.replication.follow(false, now);
    assertThat(leader.replication.anotherSince(6, now)).isEmpty();
    assertThat(leader.replication.anotherSince(9, now)).hasValue(now);
    leader.replication.linkDown("cut", false, now);
    assertThat(leader.replication.anotherSince(6, now + 7)).hasValue(now);
    assertThat(leader.replication.unheardNs(now + 7)).isEqualTo(7);
    leader.replication.lead(8, now);
    leader.replication.follow(false, now);
    assertThat(leader.replication.anotherSince(8, now + 9)).hasValue(now);
  }

  @Test
  void anHeirWhoseSnapshotCameIsNot() {
    leader.replication.follow(false, now);
    follower.replication.lead(9, now);
    exchange();
    leader.replication.linkDown("cut", false, now);
    assertThat(leader.replication.shadow().epoch()).isEqualTo(9);
    assertThat(leader.replication.anotherSince(9, now)).isEmpty();
    assertThat(leader.replication.unheardNs(now)).isZero();
  }

  @Test
  void aFollowerWithoutALinkTakesOverWhatItHas() {
    answer(1);
    exchange();
    follower.replication.linkDown("cut", false, now);
    follower.replication.lead(9, now);
    assertThat(follower.replication.leading()).isTrue();
    assertThat(follower.replication.shadow().epoch()).isEqualTo(9);
  }
}
