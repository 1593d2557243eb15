package io.pollux.ike.engine;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.policy.ConnectionIndex;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.Children;
import io.pollux.ike.sa.Host;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.PeerProof;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What IKE SAs see of the engine: time, effects, SPIs, the registry's answers, the configuration.
 */
final class EngineHost implements Host {
  private static final int PEER_REPORTS_PER_SECOND = 5;

  private final EngineConfig config;
  private final PskLookup psks;
  private final IkeCrypto crypto;
  private final Entropy entropy;
  private final Registry registry;
  private final Starter starter;
  private final Failures failures = new Failures();
  private final CommandLedger ledger = new CommandLedger();
  private final Deadlines<IkeSpi> deadlines = new Deadlines<>();
  private final Tombstones tombstones = new Tombstones();
  private final RateLimiter limiter = new RateLimiter(PEER_REPORTS_PER_SECOND);
  private final Map<String, Long> counters = new TreeMap<>();
  private final Map<EffectId, IkeSa> effects = new LinkedHashMap<>();
  private final Map<EffectId, Effect.InstallChild> installs = new LinkedHashMap<>(); // unanswered
  private final Set<IkeSpi> touched = new LinkedHashSet<>();
  private final Spis spis;
  private final Uniqueness uniqueness;
  private Takeover takeover;
  private final Admission admission;
  private ConnectionIndex connections = ConnectionIndex.NONE;
  private List<Effect> out = new ArrayList<>();
  private long nowNs;
  private long epoch;
  private long nextEffect = 1;
  private boolean active;
  private boolean installEmitted;

  EngineHost(
      EngineConfig config, PskLookup psks, IkeCrypto crypto, Entropy entropy, Registry registry) {
    this.config = config;
    this.psks = psks;
    this.crypto = crypto;
    this.entropy = entropy;
    this.registry = registry;
    this.starter = new Starter(config.restart(), entropy);
    this.spis = new Spis(config.nodeBit(), entropy, registry);
    this.admission = new Admission(config.halfOpen(), registry, entropy);
    this.uniqueness = new Uniqueness(this, registry);
  }

  void setTakeover(Takeover owner) {
    takeover = owner;
  }

  @Override
  public Optional<IkeSa> live(IkeSpi own) {
    return takeover.live(own);
  }

  void begin(long now) {
    nowNs = now;
    out = new ArrayList<>();
    installEmitted = false;
  }

  List<Effect> end() {
    List<Effect> effectsOfStep = List.copyOf(out);
    out = new ArrayList<>();
    return effectsOfStep;
  }

  void activate(long number) {
    active = true;
    epoch = number;
  }

  void deactivate() {
    active = false;
  }

  void clear() {
    deadlines.clear();
    tombstones.clear();
    admission.clear();
    effects.clear();
    touched.clear();
    starter.clear();
    failures.clear();
  }

  boolean isActive() {
    return active;
  }

  boolean isInstallEmitted() {
    return installEmitted;
  }

  void configure(List<ConnectionPolicy> all) {
    connections = new ConnectionIndex(all);
    Set<Starter.Wanted> configured = new LinkedHashSet<>();
    all.forEach(
        c -> c.children().forEach(x -> configured.add(new Starter.Wanted(c.name(), x.name()))));
    failures.retain(configured);
  }

  Deadlines<IkeSpi> deadlines() {
    return deadlines;
  }

  Starter starter() {
    return starter;
  }

  Failures failures() {
    return failures;
  }

  CommandLedger ledger() {
    return ledger;
  }

  Tombstones tombstones() {
    return tombstones;
  }

  Map<String, Long> counters() {
    return counters;
  }

  @Override
  public void touch(IkeSa sa) {
    touched.add(sa.ownSpi());
  }

  Optional<IkeSa> pollTouched() {
    while (!touched.isEmpty()) {
      IkeSpi own = touched.iterator().next();
      touched.remove(own);
      if (registry.find(own).orElse(null) instanceof Registry.Slot.Live(IkeSa sa)) {
        return Optional.of(sa);
      }
      deadlines.remove(own);
    }
    return Optional.empty();
  }

  /** The kernel has answered: what it was asked, if it was. */
  Optional<Effect.InstallChild> takeInstall(EffectId id) {
    return Optional.ofNullable(installs.remove(id));
  }

  boolean isAwaited(EffectId id) {
    return effects.containsKey(id);
  }

  Optional<IkeSa> takeEffect(EffectId id) {
    return Optional.ofNullable(effects.remove(id));
  }

  @Override
  public long nowNs() {
    return nowNs;
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public EngineConfig config() {
    return config;
  }

  @Override
  public IkeCrypto crypto() {
    return crypto;
  }

  @Override
  public Entropy entropy() {
    return entropy;
  }

  @Override
  public ConnectionIndex connections() {
    return connections;
  }

  @Override
  public Optional<ConnectionPolicy> connection(String name) {
    return connections.named(name);
  }

  @Override
  public Optional<Secret> psk(String connection, Identity local, Identity peer) {
    return psks.find(connection, local, peer);
  }

  @Override
  public Optional<Secret> ppk(String connection, Octets id) {
    return psks.findPpk(connection, id);
  }

  @Override
  public void emit(Effect effect) {
    if (installEmitted && !(effect instanceof Effect.Report)) {
      throw new AssertionError("InstallChild was not the last of its step: " + effect);
    }
    if (effect instanceof Effect.InstallChild install) {
      installEmitted = true;
      installs.put(install.id(), install);
    }
    if (effect instanceof Effect.Report && installEmitted) {
      out.add(out.size() - 1, effect);
    } else {
      out.add(effect);
    }
  }

  @Override
  public void count(String counter) {
    counters.merge(counter.toLowerCase(Locale.ROOT).replace(' ', '_'), 1L, Long::sum);
  }

  @Override
  public boolean allow(String kind) {
    return limiter.allow(kind, nowNs);
  }

  @Override
  public EffectId nextEffect(IkeSa sa) {
    EffectId id = new EffectId(nextEffect++);
    effects.put(id, sa);
    return id;
  }

  @Override
  public IkeSpi newIkeSpi() {
    return spis.newIkeSpi();
  }

  @Override
  public EspSpi newEspSpi() {
    return spis.newEspSpi();
  }

  @Override
  public void add(IkeSa sa) {
    registry.add(sa.ownSpi(), new Registry.Slot.Live(sa), sa.connection());
    proven(sa);
    sa.children().all().forEach(c -> registry.addChild(sa.ownSpi(), c.value()));
    touch(sa);
  }

  @Override
  public void addHalfOpen(IkeSa sa) {
    add(sa);
    registry.addHalfOpen(sa.path().peer(), sa);
  }

  @Override
  public boolean tellsHalfOpen() {
    return admission.isQuiet();
  }

  @Override
  public int strangerOctets() {
    return admission.octets();
  }

  @Override
  public Optional<Octets> demandCookie(IkeMessage request, Endpoint peer, boolean anyway) {
    return anyway || admission.isCookieDue(peer)
        ? admission.demandCookie(request, peer, nowNs)
        : Optional.empty();
  }

  @Override
  public void authFailed(IkeSa sa) {
    admission.failed(sa.path().peer().address(), nowNs);
  }

  Admission admission() {
    return admission;
  }

  @Override
  public void regroup(IkeSa sa, String name) {
    registry.regroup(sa.ownSpi(), sa.connection(), name);
    if (!name.equals(sa.connection())) {
      sa.belongTo(name);
      sa.birth().retell();
    }
  }

  @Override
  public void established(IkeSa sa) {
    registry.removeHalfOpen(sa);
    admission.proven(sa.path().peer().address());
    proven(sa);
    count("established");
  }

  private void proven(IkeSa sa) {
    sa.state().proven().ifPresent(proof -> identified(sa, proof));
  }

  @Override
  public void identified(IkeSa sa, PeerProof proof) {
    registry.proven(sa.ownSpi(), proof.local(), proof.peer());
  }

  @Override
  public void closed(IkeSa sa, DeleteReason why, String story) {
    boolean stranger = registry.removeHalfOpen(sa);
    registry.remove(sa);
    deadlines.remove(sa.ownSpi());
    effects.values().removeIf(s -> s == sa);
    count("closed_" + why);
    goals().closed(sa, why, story, stranger);
  }

  Goals goals() {
    return new Goals(this, registry);
  }

  @Override
  public void lastWord(IkeSa sa, MessageId id, List<Octets> response) {
    tombstones.add(sa.ownSpi(), id, response);
  }

  @Override
  public void childUp(IkeSa sa, ChildSa child) {
    registry.addChild(sa.ownSpi(), child.value());
    goals().childUp(sa, child);
    count("children_up");
  }

  @Override
  public void childDown(IkeSa sa, ChildSa child, DeleteReason why) {
    registry.removeChild(child);
    count("children_down");
    goals().childDown(sa, child, why);
  }

  @Override
  public void ended(IkeSa sa, Input.Verb verb, String child, boolean ok, String story) {
    goals().ended(sa.connection(), verb, child, ok, story);
  }

  @Override
  public List<String> missingChildren(IkeSa sa) {
    return goals().missing(sa);
  }

  @Override
  public Optional<ChildSaSnapshot> samePolicies(IkeSa sa, ChildSaSnapshot fresh) {
    return uniqueness.siblings(sa).stream()
        .flatMap(slot -> slot.children(nowNs).stream())
        .filter(c -> Children.samePolicies(c, fresh))
        .sorted(Comparator.comparing(ChildSaSnapshot::outboundActive)) // who sends, if one does
        .reduce((_, last) -> last);
  }

  @Override
  public void silenced(ChildSaSnapshot child) {
    registry
        .ofInbound(child.inboundSpi())
        .flatMap(this::live)
        .flatMap(other -> other.children().byInbound(child.inboundSpi()))
        .ifPresent(c -> c.set(c.value().withOutboundActive(false)));
  }

  @Override
  public void handOver(IkeSa sa, ChildSa child) {
    uniqueness.handOver(sa, child);
  }

  @Override
  public Optional<Flow> flow(IkeSa sa, String child) {
    return starter.flow(new Starter.Wanted(sa.connection(), child));
  }

  @Override
  public boolean wantsSinglePair(IkeSa sa, String child) {
    return starter.isSinglePair(new Starter.Wanted(sa.connection(), child));
  }

  @Override
  public void setSinglePair(IkeSa sa, String child) {
    starter.setSinglePair(new Starter.Wanted(sa.connection(), child));
  }

  @Override
  public boolean hasSibling(IkeSa sa) {
    return uniqueness.hasSibling(sa);
  }

  @Override
  public boolean yields(IkeSa sa, ChildSaSnapshot standing) {
    return uniqueness.yields(sa, standing);
  }

  @Override
  public void unique(IkeSa sa) {
    uniqueness.resolve(sa);
  }

  @Override
  public void reauthenticate(IkeSa sa) {
    new Reauthentication(this, registry).advance(sa);
  }

  @Override
  public void initialContact(IkeSa sa) {
    uniqueness.initialContact(sa);
  }
}
