package io.pollux.ike.sa;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EffectId;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One IKE SA: the only place where anything of it changes. The exchanges decide what happens; here
 * it is done, told to the standby, and put on the wire, in this order.
 */
public final class IkeSa {
  /** Fits the smallest path that IPv6 allows, with all headers before it. */
  private static final int FRAGMENT_OCTETS = 1200;

  private final Host host;
  private final Role role;
  private final Children children;
  private final Timers timers = new Timers();
  private final TaskQueue tasks = new TaskQueue();
  private final Waiting waiting;
  private final Lifespan lifespan;
  private final Inbox inbox;
  private IkeSpis spis;
  private String connection;
  private Path path;
  private IkeSaState state;
  private Window window;
  private Optional<Work> work = Optional.empty();
  private boolean inherited; // what is under way an earlier reign may have brought to its end
  private final FollowUps followUps = new FollowUps(timers);
  private final Syncing syncing = new Syncing(this);
  private final Birth birth = new Birth(this);
  private List<String> peerSupports = List.of();

  /** A half-open IKE SA. */
  public IkeSa(Host host, Role role, IkeSpis spis, String connection, Path path, IkeSaState state) {
    this.host = host;
    this.role = role;
    this.spis = spis;
    this.connection = connection;
    this.path = path;
    this.state = state;
    this.window = new Window();
    this.children = new Children(this, host);
    this.waiting = new Waiting(this);
    this.inbox = new Inbox(host, timers);
    this.lifespan = new Lifespan(host, timers);
  }

  public Host host() {
    return host;
  }

  public Role role() {
    return role;
  }

  public IkeSpis spis() {
    return spis;
  }

  /** The SPI that we chose. */
  public IkeSpi ownSpi() {
    return role == Role.INITIATOR ? spis.initiator() : spis.responder();
  }

  /** The responder's SPI is known now. */
  public void learn(IkeSpi responder) {
    spis = new IkeSpis(spis.initiator(), responder);
  }

  /** The connection's name; of a responder before IKE_AUTH only the likeliest. */
  public String connection() {
    return connection;
  }

  public void belongTo(String name) {
    connection = name;
  }

  public Optional<ConnectionPolicy> policy() {
    return host.connection(connection);
  }

  public Path path() {
    return path;
  }

  /** Before anything was replicated; afterwards see {@link #move}. */
  public void setPath(Path fresh) {
    boolean same = path.local().equals(fresh.local()) && path.peer().equals(fresh.peer());
    path = fresh;
    if (!same) {
      birth.retell();
    }
  }

  public IkeSaState state() {
    return state;
  }

  public void become(IkeSaState next) {
    state = next;
  }

  /** Whether the standby knows this IKE SA. */
  public boolean isUp() {
    return state.proven().isPresent();
  }

  /** What the standby knows of it before it is up. */
  public Birth birth() {
    return birth;
  }

  public boolean isClosed() {
    return state instanceof IkeSaState.Closed;
  }

  public Window window() {
    return window;
  }

  public Timers timers() {
    return timers;
  }

  public TaskQueue tasks() {
    return tasks;
  }

  public Children children() {
    return children;
  }

  public Optional<Work> work() {
    return work;
  }

  public List<String> peerSupports() {
    return peerSupports;
  }

  public void setPeerSupports(List<String> names) {
    peerSupports = names.stream().distinct().sorted().toList();
  }

  public void addPeerSupports(List<String> names) {
    setPeerSupports(Stream.concat(peerSupports.stream(), names.stream()).toList());
  }

  /** What a datagram to this peer may hold (RFC 7383 section 2.5.1). */
  public int maxOctets() {
    return peerSupports.contains(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED.toString())
        ? FRAGMENT_OCTETS
        : IkeHeader.MAX_LENGTH;
  }

  /** A message of the peer, opened; empty while fragments are missing. */
  public Optional<IkeMessage> open(Decoded decoded) throws Malformed {
    return inbox.open(state, decoded);
  }

  /** Fragments, and what was opened last. */
  public Inbox inbox() {
    return inbox;
  }

  /** How old it is and may become. */
  public Lifespan lifespan() {
    return lifespan;
  }

  /** Goes on with {@code known} and the exchange that was under way, if there was one. */
  void resume(Window known, Optional<Work> underWay) {
    window = known;
    work = underWay;
    inherited = underWay.isPresent() || !isUp();
    if (underWay.isPresent()) {
      armRetransmission();
    }
  }

  /** An authentic message came. */
  public void heard() {
    boolean asks = isUp() && state instanceof IkeSaState.Established;
    lifespan.heard(asks ? policy().map(ConnectionPolicy::livenessNs).orElse(0L) : 0);
  }

  /** The peer has proven who it is: lifetimes start, the standby hears of it. */
  public void establish(Secured secured, PeerProof proof) {
    state = new IkeSaState.Established(secured, proof);
    inherited = false;
    birth.end();
    timers.clear(Timers.Kind.HALF_OPEN);
    live();
    host.emit(new Effect.Replicate(new IkeEvent.IkeSaUp(snapshot(host.nowNs()))));
    host.established(this);
  }

  /** Lifetimes and liveness start from now. */
  void live() {
    policy().ifPresent(p -> lifespan.begin(p.ikeRekey()));
    heard();
    if (path.nat().localBehindNat()) {
      timers.set(Timers.Kind.NAT_KEEPALIVE, host.nowNs() + host.config().natKeepaliveNs());
    }
  }

  /** Sends a request: {@code sealed} under the window's next ID. */
  public void request(List<Octets> sealed, Work purpose) {
    window.started(sealed, Continuations.encode(purpose));
    work = Optional.of(purpose);
    if (isUp()) {
      tellStarted();
    } else {
      birth.tell(true);
    }
    transmitRequest();
  }

  /** More is known that the outstanding exchange needs; the standby hears of it. */
  public void rework(Work more) {
    window.retagged(Continuations.encode(more));
    work = Optional.of(more);
    tellStarted();
  }

  void tellStarted() {
    var outstanding = window.outstanding().orElseThrow();
    host.emit(
        new Effect.Replicate(
            new IkeEvent.ExchangeStarted(
                spis, outstanding.id(), outstanding.datagrams(), outstanding.continuation())));
  }

  /** Exchanges that complete a CREATE_CHILD_SA (RFC 9370 section 2.2.4). */
  public FollowUps followUps() {
    return followUps;
  }

  /** {@code fresh} stands beside this one until it is clear which of two stays (section 2.8.2). */
  public void standBeside(IkeSa fresh) {
    fresh.peerSupports = peerSupports;
    fresh.live();
    fresh.lifespan.inherit(lifespan);
    fresh.timers.clear(Timers.Kind.REKEY);
    fresh.timers.clear(Timers.Kind.LIVENESS);
    host.emit(new Effect.Replicate(new IkeEvent.IkeSaUp(fresh.snapshot(host.nowNs()))));
    host.add(fresh);
  }

  /** The IKE_SA_INIT request changes; its window slot stays. */
  public void requestInstead(List<Octets> octets) {
    window.restarted(octets);
    transmitRequest();
  }

  /** Sends the outstanding request, octet for octet as before. */
  public void retransmit() {
    window.retransmitted();
    transmitRequest();
  }

  private void transmitRequest() {
    transmit(window.outstanding().orElseThrow().datagrams());
    armRetransmission();
  }

  void armRetransmission() {
    timers.set(
        Timers.Kind.RETRANSMIT,
        host.nowNs() + host.config().retransmission().waitNs(window.transmissions()));
  }

  /** The outstanding request is given up; {@link Syncing#windowMoved} tells the standby. */
  public void abandon() {
    window.abandoned();
    inherited = false;
    work = Optional.empty();
    timers.clear(Timers.Kind.RETRANSMIT);
  }

  /** The question for message IDs after a takeover. */
  public Syncing syncing() {
    return syncing;
  }

  /** The response to our request was worked on. */
  public void finish() {
    var id = window.nextOwn();
    finishSilently();
    if (isUp()) {
      host.emit(new Effect.Replicate(new IkeEvent.ExchangeFinished(spis, id)));
    }
  }

  /** The outstanding IKE_AUTH request has its response; the standby hears of it with the IKE SA. */
  public void finishSilently() {
    window.finished();
    inherited &= !isUp(); // the keys of an IKE SA in work are those of its first exchange
    work = Optional.empty();
    timers.clear(Timers.Kind.RETRANSMIT);
  }

  /** Answers the request in work with {@code sealed}. */
  public void respond(List<Octets> sealed) {
    var id = window.nextPeer();
    window.answered(sealed);
    if (isUp()) {
      host.emit(new Effect.Replicate(new IkeEvent.ExchangeAnswered(spis, id, sealed)));
    } else {
      birth.tell(false);
    }
    transmit(sealed);
  }

  /** Answers the request in work and ends here: the standby knows before the peer does. */
  public void respondAndClose(List<Octets> sealed, DeleteReason why, String story) {
    var id = window.nextPeer();
    window.answered(sealed);
    Optional<IkeSpis> queue = isUp() ? Optional.of(spis) : Optional.empty();
    close(why, story);
    emit(queue, sealed);
    host.lastWord(this, id, sealed);
  }

  private void emit(Optional<IkeSpis> queue, List<Octets> datagrams) {
    datagrams.forEach(o -> host.emit(new Effect.Transmit(queue, path.local(), path.peer(), o)));
  }

  /** Puts {@code datagrams} on the wire. */
  public void transmit(List<Octets> datagrams) {
    emit(birth.isTold() ? Optional.of(spis) : Optional.empty(), datagrams);
    if (timers.isSet(Timers.Kind.NAT_KEEPALIVE)) {
      timers.set(Timers.Kind.NAT_KEEPALIVE, host.nowNs() + host.config().natKeepaliveNs());
    }
  }

  /** Hands a child to the kernel; nothing else of this IKE SA happens until its answer. */
  public void install(
      ChildSaSnapshot child, Optional<ChildSaSnapshot> replaces, Consumer<KernelResult> outcome) {
    EffectId id = host.nextEffect(this);
    waiting.begin(id, KernelResult.class, outcome);
    host.emit(new Effect.InstallChild(id, child, replaces, inherited));
  }

  public boolean isInstalling() {
    return waiting.isOn();
  }

  /** What is waited for, and the inputs that wait. */
  public Waiting waiting() {
    return waiting;
  }

  /** The endpoints changed; the standby and the kernel follow (RFC 7296 section 2.23). */
  public void move(Endpoint local, Endpoint peer) {
    path = path.withEndpoints(local, peer);
    host.emit(new Effect.Replicate(new IkeEvent.IkeSaMoved(spis, local, peer, path.udpEncap())));
    children.move(path);
  }

  /** {@code fresh} takes this one's place (RFC 7296 section 2.8). */
  public void supersede(IkeSa fresh) {
    children.moveTo(fresh.children);
    fresh.peerSupports = peerSupports;
    fresh.live();
    fresh.lifespan.inherit(lifespan);
    host.emit(new Effect.Replicate(new IkeEvent.IkeSaRekeyed(spis, fresh.snapshot(host.nowNs()))));
    tasks.moveTo(fresh.tasks);
    timers.clear(Timers.Kind.REKEY);
    timers.clear(Timers.Kind.REAUTH);
    timers.clear(Timers.Kind.LIVENESS);
    timers.clear(Timers.Kind.NAT_KEEPALIVE);
    host.add(fresh);
  }

  /** Ends here, children included. */
  public void close(DeleteReason why, String story) {
    if (isClosed()) {
      return;
    }
    if (birth.isTold()) {
      host.emit(new Effect.Replicate(new IkeEvent.IkeSaDown(spis, why)));
    }
    if (isUp()) {
      children.downAll(why);
    }
    birth.end();
    state.wipe();
    state = new IkeSaState.Closed(why);
    forget();
    host.closed(this, why, story);
  }

  /** Forgets everything without a word. */
  public void forget() {
    timers.clearAll();
    tasks.clear();
    waiting.clear();
    work.ifPresent(Work::wipe);
    work = Optional.empty();
    followUps.drop();
    syncing.end();
  }

  /** When this IKE SA wants to hear the time. */
  public OptionalLong next() {
    if (isClosed() || (isInstalling() && !waiting.isProving())) {
      return OptionalLong.empty();
    }
    OptionalLong next = timers.next();
    for (OptionalLong other : List.of(tasks.next(), children.next())) {
      if (other.isPresent()) {
        next = Timers.earlier(next, other.getAsLong());
      }
    }
    return next;
  }

  /** As of {@code nowNs}; only of one that has keys. */
  public IkeSaSnapshot snapshot(long nowNs) {
    return Snapshots.of(this, nowNs);
  }
}
