package io.pollux.ha.link;

import io.pollux.ha.journal.HaJournal;
import io.pollux.ike.wire.Octets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One connection's conversation: greeting, resumption or snapshot, then frames one way and
 * acknowledgements the other. Pure: messages come in through {@link #message}, go out through
 * {@link #poll}, and time is an argument. Make a new one for every connection.
 *
 * <pre>
 *   follower                                leader
 *     HELLO  ->                          <-  HELLO
 *     RESUME(n, epoch, last)  ->
 *                                        <-  SYNC(n, tail | snapshot, target)
 *                                        <-  FRAME, CHUNK, FRAME, ...
 *     ACK(received, armed)  ->
 * </pre>
 *
 * <p>A node that is neither, or whose peer leads too, only exchanges HELLO, ROLE and CONTROL.
 */
public final class LinkSession {
  private final SessionPolicy policy;
  private final LinkMessage.Hello own;
  private final Deque<LinkMessage> queue = new ArrayDeque<>();
  private Optional<LinkMessage.Resume> peerResume = Optional.empty();
  private Optional<Leader> leader = Optional.empty();
  private Optional<Follower> follower = Optional.empty();
  private SyncState state = SyncState.IDLE;
  private long syncedSinceNs;
  private boolean greeted;
  private int version;
  private int requests;

  public LinkSession(SessionPolicy policy, LinkMessage.Hello own) {
    this.policy = policy;
    this.own = own;
    queue.add(own);
  }

  /**
   * This node is active: the peer gets {@code journal}'s frames as soon as it asks. The caller
   * appends to the journal and to the mirror shadow behind {@code source} in one go, then polls.
   */
  public List<SessionOutput> lead(HaJournal journal, SnapshotSource source, long nowNs) {
    List<SessionOutput> out = new ArrayList<>();
    follower = Optional.empty();
    leader = Optional.of(new Leader(journal, source));
    change(SyncState.IDLE, "this node leads", nowNs, out);
    peerResume.ifPresent(resume -> serve(resume, nowNs, out));
    return out;
  }

  /** This node is standby and its shadow has everything up to {@code index} of {@code epoch}. */
  public List<SessionOutput> follow(long epoch, long index, long nowNs) {
    List<SessionOutput> out = new ArrayList<>();
    leader = Optional.empty();
    follower = Optional.of(new Follower(policy));
    queue.add(follower.get().resume(++requests, epoch, index));
    change(SyncState.SYNCING, "asked to resume after " + index, nowNs, out);
    return out;
  }

  /** Takes a message of the peer. */
  public List<SessionOutput> message(LinkMessage message, long nowNs) {
    List<SessionOutput> out = new ArrayList<>();
    try {
      if (!greeted
          && !(message instanceof LinkMessage.Hello)
          && !(message instanceof LinkMessage.Heartbeat)) {
        throw new MalformedLink(message.getClass().getSimpleName() + " before HELLO");
      }
      take(message, nowNs, out);
    } catch (MalformedLink wrong) {
      out.add(new SessionOutput.Broken(wrong.getMessage()));
    }
    return out;
  }

  /**
   * The next message to send, if there is one now: ask while the link is writable, after everything
   * that was done here or with the journal. Frames go before chunks, so that a barrier waits for
   * one chunk at most.
   */
  public Optional<LinkMessage> poll(long nowNs) {
    if (!queue.isEmpty()) {
      return Optional.of(queue.remove());
    }
    Optional<LinkMessage> ack = follower.flatMap(Follower::pollAck);
    if (ack.isPresent() || leader.isEmpty()) {
      return ack;
    }
    return leader.get().poll(nowNs);
  }

  /** Follower: the shadow has everything up to {@code index}. */
  public List<SessionOutput> acknowledgeReceived(long epoch, long index, long nowNs) {
    List<SessionOutput> out = new ArrayList<>();
    follower.ifPresent(
        f -> {
          f.received(epoch, index);
          if (state == SyncState.SYNCING && f.caughtUp()) {
            change(SyncState.IN_SYNC, "received " + index, nowNs, out);
          }
        });
    return out;
  }

  /** Follower: the kernel is armed with everything up to {@code index}. */
  public void acknowledgeArmed(long epoch, long index) {
    follower.ifPresent(f -> f.armed(epoch, index));
  }

  /** Follower: the shadow cannot follow; whatever comes is dropped until the snapshot starts. */
  public List<SessionOutput> requestSnapshot(String why, long nowNs) {
    List<SessionOutput> out = new ArrayList<>();
    follower.ifPresent(f -> resync(f, why, nowNs, out));
    return out;
  }

  /** Leader: the follower gets everything once more. Empty when nobody follows. */
  public Optional<List<SessionOutput>> sendSnapshot(long nowNs) {
    if (leader.isEmpty() || !leader.get().again(nowNs)) {
      return Optional.empty();
    }
    List<SessionOutput> out = new ArrayList<>();
    caughtUp(nowNs, out);
    return Optional.of(out);
  }

  /** Octets for the peer's role machine. */
  public void role(Octets octets) {
    queue.add(new LinkMessage.Role(octets));
  }

  /** Octets for the peer's agent. */
  public void control(Octets octets) {
    queue.add(new LinkMessage.Control(octets));
  }

  /** What was promised for later: due when {@link #nextTimeoutNs} has come. */
  public List<SessionOutput> timeout(long nowNs) {
    List<SessionOutput> out = new ArrayList<>();
    follower.flatMap(f -> f.dueResume(nowNs, requests + 1)).ifPresent(this::ask);
    if (state == SyncState.IN_SYNC && nowNs - syncedSinceNs >= policy.pairedAfterNs()) {
      change(
          SyncState.PAIRED,
          "in sync for " + policy.pairedAfterNs() / 1_000_000 + " ms",
          nowNs,
          out);
    }
    return out;
  }

  /** When {@link #timeout} is due. */
  public OptionalLong nextTimeoutNs() {
    OptionalLong ask = follower.map(Follower::resumeDueNs).orElse(OptionalLong.empty());
    if (state != SyncState.IN_SYNC) {
      return ask;
    }
    long paired = syncedSinceNs + policy.pairedAfterNs();
    return OptionalLong.of(
        ask.isPresent() && ask.getAsLong() - paired < 0 ? ask.getAsLong() : paired);
  }

  /** The connection is gone; this session is over. */
  public List<SessionOutput> closed(String why, long nowNs) {
    List<SessionOutput> out = new ArrayList<>();
    leader = Optional.empty();
    follower = Optional.empty();
    queue.clear();
    change(SyncState.STALE, why, nowNs, out);
    return out;
  }

  public SyncState state() {
    return state;
  }

  /** The newest link protocol that both nodes speak; 0 before the peer's greeting. */
  public int version() {
    return version;
  }

  public SessionStatus status(long nowNs) {
    if (leader.isPresent()) {
      return leader.get().status(state, nowNs);
    }
    return follower
        .map(f -> f.status(state))
        .orElseGet(() -> new SessionStatus(state, -1, 0, 0, 0));
  }

  private void take(LinkMessage message, long nowNs, List<SessionOutput> out) throws MalformedLink {
    switch (message) {
      case LinkMessage.Hello hello -> greet(hello, out);
      case LinkMessage.Resume resume -> {
        peerResume = Optional.of(resume);
        if (leader.isPresent()) {
          serve(resume, nowNs, out);
        }
      }
      case LinkMessage.Ack ack -> {
        if (leader.isPresent() && leader.get().acknowledged(ack, nowNs, out)) {
          caughtUp(nowNs, out);
        }
      }
      case LinkMessage.Sync sync -> {
        if (follower.isPresent() && follower.get().sync(sync)) {
          change(SyncState.SYNCING, sync.snapshot() ? "snapshot" : "tail", nowNs, out);
          if (follower.get().caughtUp()) {
            change(SyncState.IN_SYNC, "nothing was missed", nowNs, out);
          }
        }
      }
      case LinkMessage.Frame(var frame) -> {
        if (follower.isPresent()) {
          follower
              .get()
              .frame(frame, nowNs, out)
              .ifPresent(why -> resync(follower.get(), why, nowNs, out));
        }
      }
      case LinkMessage.Chunk(var chunk) -> {
        if (follower.isPresent()) {
          follower.get().chunk(chunk, nowNs, out);
        }
      }
      case LinkMessage.Heartbeat heartbeat -> {
        follower.ifPresent(Follower::refreshAck);
        out.add(new SessionOutput.PeerHealth(heartbeat.health()));
      }
      case LinkMessage.Role(var octets) -> out.add(new SessionOutput.PeerRole(octets));
      case LinkMessage.Control(var octets) -> out.add(new SessionOutput.PeerControl(octets));
      case LinkMessage.Closing _ -> {} // the connection's own business
    }
  }

  private void greet(LinkMessage.Hello hello, List<SessionOutput> out) throws MalformedLink {
    if (greeted) {
      throw new MalformedLink("second HELLO");
    }
    if (hello.newestVersion() < own.oldestVersion()
        || hello.oldestVersion() > own.newestVersion()) {
      throw new MalformedLink(
          "peer speaks link protocol "
              + hello.oldestVersion()
              + " to "
              + hello.newestVersion()
              + ", this node "
              + own.oldestVersion()
              + " to "
              + own.newestVersion()
              + ": upgrade one version at a time");
    }
    if (hello.node().equals(own.node())) {
      throw new MalformedLink("both nodes are called " + own.node());
    }
    greeted = true;
    version = Math.min(own.newestVersion(), hello.newestVersion());
    out.add(new SessionOutput.PeerKnown(hello));
  }

  private void serve(LinkMessage.Resume resume, long nowNs, List<SessionOutput> out) {
    leader.get().serve(resume, nowNs);
    change(SyncState.SYNCING, "peer resumes after " + resume.lastIndex(), nowNs, out);
    caughtUp(nowNs, out);
  }

  private void caughtUp(long nowNs, List<SessionOutput> out) {
    boolean caughtUp = leader.map(Leader::caughtUp).orElse(false);
    if (caughtUp && state == SyncState.SYNCING) {
      change(SyncState.IN_SYNC, "peer has everything", nowNs, out);
    } else if (!caughtUp && (state == SyncState.IN_SYNC || state == SyncState.PAIRED)) {
      change(SyncState.SYNCING, "peer has to start again", nowNs, out);
    }
  }

  private void resync(Follower f, String why, long nowNs, List<SessionOutput> out) {
    f.wantSnapshot(nowNs);
    f.dueResume(nowNs, requests + 1).ifPresent(this::ask);
    change(SyncState.SYNCING, why, nowNs, out);
  }

  private void ask(LinkMessage.Resume resume) {
    requests = resume.request();
    queue.add(resume);
  }

  private void change(SyncState to, String reason, long nowNs, List<SessionOutput> out) {
    if (to == SyncState.IN_SYNC) {
      syncedSinceNs = nowNs;
    }
    if (to != state) {
      out.add(new SessionOutput.SyncChanged(state, to, reason));
      state = to;
    }
  }
}
