package io.pollux.ike.sa;

import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EffectId;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.extension.NatDetection;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.FragmentAssembler;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One IKE SA: the only place where anything of it changes. The exchanges decide what happens; here
 * it is done, told to the standby, and put on the wire, in this order.
 */
public final class IkeSa {
  /** Inputs that may wait while the kernel works; a peer repeats what is dropped beyond. */
  private static final int MAX_DEFERRED = 16;

  /** Fits the smallest path that IPv6 allows, with all headers before it. */
  private static final int FRAGMENT_OCTETS = 1200;

  private final Host host;
  private final Role role;
  private final Children children;
  private final Timers timers = new Timers();
  private final TaskQueue tasks = new TaskQueue();
  private final Deque<Runnable> deferred = new ArrayDeque<>();
  private final Map<Direction, FragmentAssembler> fragments = new EnumMap<>(Direction.class);
  private IkeSpis spis;
  private String connection;
  private Path path;
  private IkeSaState state;
  private Window window;
  private Optional<Work> work = Optional.empty();
  private Optional<Installing> installing = Optional.empty();
  private List<String> peerSupports = List.of();
  private Lifetimes lifetimes = new Lifetimes(0, 0, 0, 0, 0, 0);
  private long createdNs;
  private long heardNs;

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
    this.createdNs = host.nowNs();
    this.heardNs = host.nowNs();
  }

  /**
   * One that another node had; nothing is sent, nothing is told.
   *
   * @param takenNs when the snapshot came here: its ages count from then
   * @param livenessNs when the peer is asked whether it lives; 0 = never
   * @param spreadNs what is overdue comes within this time
   */
  public static IkeSa restored(
      Host host, IkeSaSnapshot snapshot, long takenNs, long livenessNs, long spreadNs) {
    Role role = snapshot.originalInitiator() ? Role.INITIATOR : Role.RESPONDER;
    Path path =
        new Path(
            snapshot.local(),
            snapshot.peer(),
            new NatDetection.Finding(snapshot.localBehindNat(), snapshot.peerBehindNat()),
            host.connection(snapshot.connection()).map(c -> c.forceUdpEncap()).orElse(false));
    Secured secured = Secured.of(host, snapshot.algorithms(), Secured.copy(snapshot.keys()), role);
    IkeSa sa =
        new IkeSa(
            host,
            role,
            snapshot.spis(),
            snapshot.connection(),
            path,
            new IkeSaState.Established(secured, PeerProof.of(snapshot)));
    sa.window = new Window(snapshot.window());
    sa.peerSupports = snapshot.peerSupports();
    sa.lifetimes = snapshot.lifetimes();
    sa.createdNs = takenNs - snapshot.ageNs();
    sa.children.restore(snapshot.children(), takenNs, spreadNs);
    sa.armLifetimes(spreadNs);
    if (livenessNs != 0) {
      sa.timers.set(Timers.Kind.LIVENESS, livenessNs);
    }
    if (path.nat().localBehindNat()) {
      sa.timers.set(Timers.Kind.NAT_KEEPALIVE, host.nowNs());
    }
    sa.resume();
    return sa;
  }

  /** Goes on with the exchange that was under way, if there was one. */
  private void resume() {
    if (!window.isBusy()) {
      return;
    }
    var continuation = window.outstanding().orElseThrow().continuation();
    Work resumed = Continuations.decode(host.crypto(), continuation).orElse(new Work.Liveness());
    work = Optional.of(resumed);
    switch (resumed) {
      case Work.RekeyChild rekey -> enter(rekey.old(), ChildSa.Phase.REKEYING);
      case Work.DeleteChild delete -> enter(delete.inbound(), ChildSa.Phase.DELETING);
      case Work.DeleteIke delete ->
          state =
              new IkeSaState.Deleting(
                  state.secure().orElseThrow(), state.proven().orElseThrow(), delete.why());
      case Work.HalfOpen _, Work.NewChild _, Work.RekeyIke _, Work.Liveness _ -> {}
    }
    timers.set(
        Timers.Kind.RETRANSMIT,
        host.nowNs() + host.config().retransmission().waitNs(window.transmissions()));
  }

  private void enter(EspSpi inbound, ChildSa.Phase phase) {
    children.byInbound(inbound).ifPresent(c -> c.enter(phase));
  }

  /** What to do when the kernel has answered. */
  private record Installing(EffectId id, Outcome outcome) {}

  /** Takes the kernel's answer to an installation. */
  @FunctionalInterface
  public interface Outcome {
    void on(KernelResult result);
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
    path = fresh;
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

  /** What the outstanding request was for. */
  public Optional<Work> work() {
    return work;
  }

  public List<String> peerSupports() {
    return peerSupports;
  }

  public void setPeerSupports(List<String> names) {
    peerSupports = names.stream().distinct().sorted().toList();
  }

  /** What a datagram to this peer may hold (RFC 7383 section 2.5.1). */
  public int maxOctets() {
    return peerSupports.contains(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED.toString())
        ? FRAGMENT_OCTETS
        : IkeHeader.MAX_LENGTH;
  }

  /** A message of the peer, opened; empty while fragments are missing. */
  public Optional<IkeMessage> open(Decoded decoded) throws Malformed {
    SkCipher cipher =
        state.secure().orElseThrow(() -> Malformed.drop("SK", "before there are keys")).cipher();
    return switch (decoded) {
      case Decoded.Clear _ -> throw Malformed.drop("SK", "missing");
      case Decoded.Sealed sealed -> Optional.of(MessageCodec.open(sealed, cipher));
      case Decoded.Fragment fragment ->
          fragments
              .computeIfAbsent(decoded.header().direction(), _ -> new FragmentAssembler())
              .add(fragment, cipher);
    };
  }

  public long createdNs() {
    return createdNs;
  }

  /** When an authentic message last came. */
  public long heardNs() {
    return heardNs;
  }

  /** An authentic message came. */
  public void heard() {
    heardNs = host.nowNs();
    armLiveness(policy().map(ConnectionPolicy::livenessNs).orElse(0L));
  }

  void armLiveness(long waitNs) {
    if (waitNs > 0 && isUp()) {
      timers.set(Timers.Kind.LIVENESS, host.nowNs() + waitNs);
    }
  }

  /** The peer has proven who it is: lifetimes start, the standby hears of it. */
  public void establish(Secured secured, PeerProof proof) {
    state = new IkeSaState.Established(secured, proof);
    timers.clear(Timers.Kind.HALF_OPEN);
    live();
    host.emit(new Effect.Replicate(new IkeEvent.IkeSaUp(snapshot(host.nowNs()))));
    host.established(this);
  }

  /** Lifetimes and liveness start from now. */
  public void live() {
    createdNs = host.nowNs();
    lifetimes = policy().map(p -> lifetimes(p.ikeRekey(), host)).orElse(lifetimes);
    armLifetimes(0);
    heard();
    if (path.nat().localBehindNat()) {
      timers.set(Timers.Kind.NAT_KEEPALIVE, host.nowNs() + host.config().natKeepaliveNs());
    }
  }

  /** Lifetimes of a new SA: the soft one comes earlier by the jitter. */
  public static Lifetimes lifetimes(RekeyPolicy policy, Host host) {
    long soft = policy.softNs();
    long earlier = soft > 0 ? host.entropy().jitterNs(Math.min(policy.jitterNs(), soft)) : 0;
    return new Lifetimes(
        soft - earlier,
        policy.hardNs(),
        policy.softBytes(),
        policy.hardBytes(),
        policy.softPackets(),
        policy.hardPackets());
  }

  /** Deadlines of the IKE SA; what is overdue comes within {@code spreadNs}. */
  void armLifetimes(long spreadNs) {
    if (lifetimes.softNs() > 0) {
      long due = createdNs + lifetimes.softNs();
      boolean overdue = due - host.nowNs() <= 0;
      timers.set(
          Timers.Kind.REKEY, overdue ? host.nowNs() + host.entropy().jitterNs(spreadNs) : due);
    }
    if (lifetimes.hardNs() > 0) {
      timers.set(Timers.Kind.EXPIRE, createdNs + lifetimes.hardNs());
    }
  }

  /** Sends a request: {@code sealed} under the window's next ID. */
  public void request(List<Octets> sealed, Work purpose) {
    window.started(sealed, Continuations.encode(purpose));
    work = Optional.of(purpose);
    if (isUp()) {
      var outstanding = window.outstanding().orElseThrow();
      host.emit(
          new Effect.Replicate(
              new IkeEvent.ExchangeStarted(
                  spis, outstanding.id(), sealed, outstanding.continuation())));
    }
    transmitRequest();
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
    timers.set(
        Timers.Kind.RETRANSMIT,
        host.nowNs() + host.config().retransmission().waitNs(window.transmissions()));
  }

  /** The response to our request was worked on. */
  public void finish() {
    var id = window.nextOwn();
    window.finished();
    work = Optional.empty();
    timers.clear(Timers.Kind.RETRANSMIT);
    if (isUp()) {
      host.emit(new Effect.Replicate(new IkeEvent.ExchangeFinished(spis, id)));
    }
  }

  /** The outstanding IKE_AUTH request has its response; the standby hears of it with the IKE SA. */
  public void finishSilently() {
    window.finished();
    work = Optional.empty();
    timers.clear(Timers.Kind.RETRANSMIT);
  }

  /** Answers the request in work with {@code sealed}. */
  public void respond(List<Octets> sealed) {
    var id = window.nextPeer();
    window.answered(sealed);
    if (isUp()) {
      host.emit(new Effect.Replicate(new IkeEvent.ExchangeAnswered(spis, id, sealed)));
    }
    transmit(sealed);
  }

  /** Answers the request in work and ends here: the standby knows before the peer does. */
  public void respondAndClose(List<Octets> sealed, DeleteReason why, String story) {
    var id = window.nextPeer();
    window.answered(sealed);
    Optional<IkeSpis> queue = isUp() ? Optional.of(spis) : Optional.empty();
    close(why, story);
    for (Octets octets : sealed) {
      host.emit(new Effect.Transmit(queue, path.local(), path.peer(), octets));
    }
    host.lastWord(this, id, sealed);
  }

  /** Puts {@code datagrams} on the wire. */
  public void transmit(List<Octets> datagrams) {
    Optional<IkeSpis> queue = isUp() ? Optional.of(spis) : Optional.empty();
    for (Octets octets : datagrams) {
      host.emit(new Effect.Transmit(queue, path.local(), path.peer(), octets));
    }
    if (timers.isSet(Timers.Kind.NAT_KEEPALIVE)) {
      timers.set(Timers.Kind.NAT_KEEPALIVE, host.nowNs() + host.config().natKeepaliveNs());
    }
  }

  /** Hands a child to the kernel; nothing else of this IKE SA happens until its answer. */
  public void install(ChildSaSnapshot child, Optional<ChildSaSnapshot> replaces, Outcome outcome) {
    EffectId id = host.nextEffect(this);
    installing = Optional.of(new Installing(id, outcome));
    host.emit(new Effect.InstallChild(id, child, replaces));
  }

  public boolean isInstalling() {
    return installing.isPresent();
  }

  /** Keeps an input until the kernel has answered. */
  public void defer(Runnable input) {
    if (deferred.size() < MAX_DEFERRED) {
      deferred.add(input);
    } else {
      host.count("inputs_dropped_while_installing");
    }
  }

  /** The kernel's answer, and then what has waited for it. */
  public void kernelReply(EffectId id, KernelResult result) {
    if (installing.isEmpty() || !installing.get().id.equals(id)) {
      return;
    }
    Outcome outcome = installing.get().outcome;
    installing = Optional.empty();
    outcome.on(result);
  }

  /** The next input that has waited, unless there is again something to wait for. */
  public Optional<Runnable> nextDeferred() {
    return isInstalling() ? Optional.empty() : Optional.ofNullable(deferred.poll());
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
    host.emit(new Effect.Replicate(new IkeEvent.IkeSaRekeyed(spis, fresh.snapshot(host.nowNs()))));
    tasks.all().forEach(fresh.tasks::add);
    tasks.clear();
    timers.clear(Timers.Kind.REKEY);
    timers.clear(Timers.Kind.LIVENESS);
    timers.clear(Timers.Kind.NAT_KEEPALIVE);
    host.add(fresh);
  }

  /** Ends here, children included. */
  public void close(DeleteReason why, String story) {
    if (isClosed()) {
      return;
    }
    if (isUp()) {
      host.emit(new Effect.Replicate(new IkeEvent.IkeSaDown(spis, why)));
      children.downAll(why);
    }
    discardWork();
    state.secure().ifPresent(Secured::wipe);
    state = new IkeSaState.Closed(why);
    forget();
    host.closed(this, why, story);
  }

  /** Forgets everything without a word. */
  public void forget() {
    timers.clearAll();
    tasks.clear();
    deferred.clear();
    installing = Optional.empty();
    work = Optional.empty();
  }

  private void discardWork() {
    if (state instanceof IkeSaState.SaInitSent sent) {
      sent.agreement().close();
    }
  }

  /** When this IKE SA wants to hear the time. */
  public OptionalLong next() {
    if (isClosed() || isInstalling()) {
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

  /** As of {@code nowNs}; only of one that is up. */
  public IkeSaSnapshot snapshot(long nowNs) {
    PeerProof proof = state.proven().orElseThrow();
    Secured secured = state.secure().orElseThrow();
    return new IkeSaSnapshot(
        spis,
        role == Role.INITIATOR,
        connection,
        path.local(),
        path.peer(),
        path.nat().localBehindNat(),
        path.nat().peerBehindNat(),
        proof.local(),
        proof.peer(),
        secured.algorithms(),
        secured.copyOfKeys(),
        window.snapshot(),
        peerSupports,
        lifetimes,
        nowNs - createdNs,
        children.all().stream().map(c -> c.snapshot(nowNs)).toList());
  }
}
