package io.pollux.agent.runtime;

import io.pollux.agent.commands.Gateway.Result;
import io.pollux.ha.journal.BarrierPolicy;
import io.pollux.ha.journal.BarrierQueue;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaJournal;
import io.pollux.ha.journal.JournalBound;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.LinkSession;
import io.pollux.ha.link.SessionOutput;
import io.pollux.ha.link.SessionPolicy;
import io.pollux.ha.link.SessionStatus;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ha.takeover.OtherReign;
import io.pollux.ike.engine.Effect.Transmit;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Journal, shadow, barriers and the link's session, put together. Owned by the SAs' thread. While
 * this node is active the shadow mirrors its own journal; while it is standby the shadow follows
 * the peer's.
 */
final class Replication {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.sync");

  /** Longer than any takeover after the link's end, shorter than what an active does alone. */
  private static final long COMPLETE_NS = 1_000_000_000L;

  /** What replication needs from its owner. */
  interface Owner {
    /** Messages that nothing holds back any more. */
    void send(List<Transmit> transmits);

    /** The shadow took this, on a standby. */
    void followed(ShadowOutcome.Applied applied);

    /** The standby's shadow has everything up to {@code index} of our journal. */
    void acknowledged(long index);

    /** How far the two nodes are together. */
    void synced(SyncState state);

    void peerRole(Octets octets);

    void peerControl(Octets octets);

    /** The peer does not keep to the protocol. */
    void broken(String reason);
  }

  /** The wire that a session's messages go out by: false when it is full for now. */
  interface Wire {
    /** A gateway on its own has nobody to talk to. */
    Wire NONE =
        new Wire() {
          @Override
          public boolean send(LinkMessage message) {
            return false;
          }

          @Override
          public boolean isWritable() {
            return false;
          }
        };

    boolean send(LinkMessage message);

    boolean isWritable();
  }

  private final Owner owner;
  private final Function<Replication, LinkMessage.Hello> hello;
  private final BarrierQueue<Transmit> barriers;
  private final Legacy legacy;
  private boolean adopted;
  private Shadow shadow = new Shadow();
  private Optional<HaJournal> journal = Optional.empty();
  private Optional<LinkSession> session = Optional.empty();
  private Wire wire = Wire.NONE;
  private boolean broken; // the session has said so: the rest of its messages mean nothing
  private OptionalLong followedUntilNs = OptionalLong.empty();
  private OptionalLong degradedAtNs = OptionalLong.empty();
  private final OtherReign other = new OtherReign();
  private OptionalLong anotherSinceNs = OptionalLong.empty();
  private boolean markerOut; // one marker at a time goes through the kernel's queue

  Replication(
      Owner owner,
      long barrierBoundNs,
      Function<Replication, LinkMessage.Hello> hello,
      Legacy legacy) {
    this.owner = owner;
    this.legacy = legacy;
    this.hello = hello;
    this.barriers =
        new BarrierQueue<>(new BarrierPolicy(barrierBoundNs, BarrierPolicy.DEFAULT.maxItems()));
  }

  Shadow shadow() {
    return shadow;
  }

  boolean leading() {
    return journal.isPresent();
  }

  SyncState syncState() {
    return session.map(LinkSession::state).orElse(SyncState.STALE);
  }

  /**
   * Whether the shadow holds what the peers have seen last: it followed until just now. Then a dead
   * active can have told nobody anything else, because of the barriers.
   */
  boolean isComplete(long nowNs) {
    return session.filter(Replication::follows).isPresent()
        || followedUntilNs.isPresent() && nowNs - followedUntilNs.getAsLong() < COMPLETE_NS;
  }

  private static boolean follows(LinkSession session) {
    return session.state() == SyncState.IN_SYNC || session.state() == SyncState.PAIRED;
  }

  Optional<SessionStatus> status(long nowNs) {
    return session.map(s -> s.status(nowNs));
  }

  int heldBack() {
    return barriers.size();
  }

  /**
   * Since when another node may have sent on what this one holds, and gone unheard: asked at a
   * takeover.
   *
   * @param reigned the latest reign that was heard of
   */
  OptionalLong anotherSince(long reigned, long nowNs) {
    anotherSinceNs = other.since(reigned, shadow.epoch(), nowNs);
    return anotherSinceNs;
  }

  /** For how long that may have been, of the takeover that is under way. */
  long unheardNs(long nowNs) {
    return anotherSinceNs.isPresent() ? nowNs - anotherSinceNs.getAsLong() : 0;
  }

  // As the active node

  /** The copy that the last daemon of this machine has left: the next reign begins with it. */
  void adopt(Shadow left) {
    shadow = left;
    adopted = true;
  }

  /** This node's reign begins; the shadow's content is what it begins with. */
  void lead(long epoch, long nowNs) {
    shadow.reign(epoch);
    other.began();
    HaJournal fresh = new HaJournal(epoch, JournalBound.DEFAULT);
    journal = Optional.of(fresh);
    legacy.begin(epoch, shadow::snapshot, adopted, nowNs);
    adopted = false;
    owner.send(barriers.newEpoch().items());
    session.ifPresent(s -> run(s.lead(fresh, shadow::snapshot, nowNs), nowNs));
    pump(nowNs);
  }

  /**
   * Numbers an event and mirrors it; {@link #pump} sends it. Returns its index.
   *
   * @param more whether more events of the same step follow: the standby takes all or none of them
   */
  long replicate(IkeEvent event, boolean more, long nowNs) {
    if (journal.isEmpty()) {
      return 0; // the reign ended with this very step
    }
    HaFrame frame = journal.get().append(event, more, nowNs);
    ShadowOutcome outcome = shadow.apply(frame, nowNs);
    if (!(outcome instanceof ShadowOutcome.Applied)) {
      throw new IllegalStateException("the mirror does not follow its own journal: " + outcome);
    }
    legacy.append(event, more, nowNs);
    if (event.barrier()) {
      barriers.barrier(event.sa(), frame.index());
    }
    return frame.index();
  }

  /** Sends {@code transmit}, now or when the standby has what it reveals. */
  void submit(Transmit transmit, long nowNs) {
    if (transmit.sa().isEmpty()) {
      owner.send(List.of(transmit));
    } else {
      released(barriers.submit(transmit.sa().get(), transmit, nowNs));
    }
  }

  private void released(BarrierQueue.Released<Transmit> released) {
    released
        .degraded()
        .filter(_ -> degradedAtNs.isEmpty()) // once until it is paired again
        .ifPresent(
            why ->
                LOG.warn("pair degraded: {}; {} messages released", why, released.items().size()));
    owner.send(released.items());
    if (released.degraded().filter(why -> why != BarrierQueue.Degraded.STANDBY_LOST).isPresent()) {
      degradedAtNs = OptionalLong.of(System.nanoTime());
      owner.synced(SyncState.IN_SYNC); // it follows, and nobody waits for it
    }
  }

  /** Back to paired once the standby has caught up, a second after it had not. */
  private void recover(long received, long nowNs) {
    boolean caughtUp = journal.isPresent() && received == journal.get().lastIndex();
    if (degradedAtNs.isPresent()
        && caughtUp
        && nowNs - degradedAtNs.getAsLong() >= SessionPolicy.DEFAULT.pairedAfterNs()
        && syncState() == SyncState.PAIRED) {
      hold(true);
      owner.synced(SyncState.PAIRED);
    }
  }

  // As the standby

  /** This node follows the peer from what it has; {@code discard}: from nothing. */
  void follow(boolean discard, long nowNs) {
    if (journal.isPresent()) {
      other.ended(shadow.epoch());
    }
    journal = Optional.empty();
    legacy.end();
    adopted = false;
    owner.send(barriers.newEpoch().items());
    if (discard) {
      shadow = new Shadow();
    }
    session.ifPresent(s -> run(s.follow(shadow.epoch(), shadow.index(), nowNs), nowNs));
    pump(nowNs);
  }

  /**
   * Everything that was handed to the kernel up to now is done: {@code through} comes back when it
   * is.
   */
  void armedThrough(Consumer<Runnable> through) {
    if (markerOut || session.isEmpty()) {
      return;
    }
    markerOut = true;
    long epoch = shadow.epoch();
    long index = shadow.index();
    through.accept(
        () -> {
          markerOut = false;
          session.ifPresent(s -> s.acknowledgeArmed(epoch, index));
          if (journal.isEmpty() && (shadow.epoch() != epoch || shadow.index() != index)) {
            armedThrough(through);
          }
          pump(System.nanoTime());
        });
  }

  /** An operator's order: a whole snapshot once more, in whichever direction. */
  Result again(long nowNs) {
    if (session.isEmpty()) {
      return new Result(false, "the link is down: there is nobody to resync with");
    }
    if (journal.isEmpty()) {
      run(session.get().requestSnapshot("ordered", nowNs), nowNs);
      pump(nowNs);
      return new Result(true, "a snapshot is asked of the active node; see ha status");
    }
    Optional<List<SessionOutput>> sent = session.get().sendSnapshot(nowNs);
    sent.ifPresent(out -> run(out, nowNs));
    pump(nowNs);
    return sent.isPresent()
        ? new Result(true, "a snapshot is sent to the standby; see ha status")
        : new Result(false, "the other node does not follow");
  }

  // The link

  /**
   * A session begins.
   *
   * @param fresh the connection that it speaks on, and no other: this thread may be late, and what
   *     an old session still has to say must not come first on the next connection
   */
  void linkUp(Wire fresh, long nowNs) {
    wire = fresh;
    broken = false;
    other.linkUp();
    LinkSession begun = new LinkSession(SessionPolicy.DEFAULT, hello.apply(this));
    session = Optional.of(begun);
    run(
        journal.isPresent()
            ? begun.lead(journal.get(), shadow::snapshot, nowNs)
            : begun.follow(shadow.epoch(), shadow.index(), nowNs),
        nowNs);
    pump(nowNs);
  }

  /**
   * The session has ended.
   *
   * @param ended the other node's daemon has
   */
  void linkDown(String why, boolean ended, long nowNs) {
    other.linkDown(ended, nowNs);
    Optional<LinkSession> gone = session;
    session = Optional.empty();
    if (gone.filter(Replication::follows).isPresent()) {
      followedUntilNs = OptionalLong.of(nowNs);
    }
    gone.ifPresent(s -> run(s.closed(why, nowNs), nowNs));
    released(barriers.standbyLost());
  }

  void message(LinkMessage message, long nowNs) {
    if (broken) {
      return;
    }
    session.ifPresent(s -> run(s.message(message, nowNs), nowNs));
    pump(nowNs);
  }

  void role(Octets octets, long nowNs) {
    session.ifPresent(s -> s.role(octets));
    pump(nowNs);
  }

  void control(Octets octets, long nowNs) {
    session.ifPresent(s -> s.control(octets));
    pump(nowNs);
  }

  /** Sends what the session has to say while the link takes it. */
  void pump(long nowNs) {
    while (session.isPresent() && wire.isWritable()) {
      Optional<LinkMessage> next = session.get().poll(nowNs);
      if (next.isEmpty() || !wire.send(next.get())) {
        return;
      }
    }
  }

  long nextWakeNs() {
    long barrier = barriers.nextTimeoutNs().orElse(Long.MAX_VALUE);
    long talk = session.map(s -> s.nextTimeoutNs().orElse(Long.MAX_VALUE)).orElse(Long.MAX_VALUE);
    return Math.min(Math.min(barrier, talk), legacy.nextWakeNs());
  }

  void wake(long nowNs) {
    legacy.work(nowNs);
    released(barriers.timeout(nowNs));
    session.ifPresent(s -> run(s.timeout(nowNs), nowNs));
    pump(nowNs);
  }

  private void run(List<SessionOutput> outputs, long nowNs) {
    for (SessionOutput output : outputs) {
      switch (output) {
        case SessionOutput.PeerKnown(var peer) ->
            LOG.info(
                "link to {}: protocol={} epoch={} index={}",
                peer.node(),
                session.map(LinkSession::version).orElse(0),
                peer.epoch(),
                peer.lastIndex());
        case SessionOutput.Received(var frame) -> took(shadow.apply(frame, nowNs), nowNs);
        case SessionOutput.ReceivedSnapshot(var snapshot) ->
            took(shadow.replace(snapshot, nowNs), nowNs);
        case SessionOutput.Acknowledged(long received, long _) -> {
          released(barriers.received(received));
          owner.acknowledged(received);
          recover(received, nowNs);
        }
        case SessionOutput.SyncChanged(var _, var to, var reason) -> {
          if (to == SyncState.IN_SYNC || to == SyncState.PAIRED) {
            other.shared();
          }
          LOG.info("sync {}: {}", to.name().toLowerCase(Locale.ROOT), reason);
          if (journal.isPresent()) {
            hold(to == SyncState.PAIRED);
          }
          owner.synced(to);
        }
        case SessionOutput.PeerRole(var octets) -> owner.peerRole(octets);
        case SessionOutput.PeerControl(var octets) -> owner.peerControl(octets);
        case SessionOutput.PeerHealth _ -> {}
        case SessionOutput.Broken(var reason) -> {
          broken = true;
          owner.broken(reason);
        }
      }
    }
  }

  private void hold(boolean paired) {
    degradedAtNs = OptionalLong.empty();
    if (paired) {
      barriers.standbyInSync();
    } else {
      owner.send(barriers.standbyLost().items());
    }
  }

  private void took(ShadowOutcome outcome, long nowNs) {
    LinkSession current = session.orElseThrow();
    switch (outcome) {
      case ShadowOutcome.Applied applied -> {
        run(current.acknowledgeReceived(shadow.epoch(), shadow.index(), nowNs), nowNs);
        owner.followed(applied);
      }
      case ShadowOutcome.Duplicate _ ->
          run(current.acknowledgeReceived(shadow.epoch(), shadow.index(), nowNs), nowNs);
      case ShadowOutcome.OldEpoch(long held, long came) ->
          LOG.error("frames of epoch {} refused: this node has seen epoch {}", came, held);
      case ShadowOutcome.SnapshotNeeded(var why) -> run(current.requestSnapshot(why, nowNs), nowNs);
    }
  }
}
