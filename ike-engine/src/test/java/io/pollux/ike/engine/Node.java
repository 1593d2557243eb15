package io.pollux.ike.engine;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One gateway: an engine, its kernel, and its standby's shadow. After each step the laws of the
 * contract are checked.
 */
final class Node {
  /** Looking for providers takes longer than most tests; one thread at a time uses it. */
  private static final IkeCrypto CRYPTO = IkeCrypto.standard();

  final String name;
  final FakeKernel kernel = new FakeKernel();
  final TestShadow shadow = new TestShadow();
  final List<Effect> effects = new ArrayList<>();
  final List<Effect.StepOutbound> steps = new ArrayList<>();
  final List<Effect.PeerStepped> peerSteps = new ArrayList<>();
  final List<String> reports = new ArrayList<>();
  final Map<Long, Effect.CommandDone> done = new LinkedHashMap<>();
  final EngineConfig config;
  IkeEngine engine;
  List<ConnectionPolicy> connections;
  Prover prover = new Prover();
  boolean holdKernel;
  boolean checkShadow = true;
  long epoch = 1;

  /** Called after each effect that does something; true: the node's power goes right there. */
  Predicate<Effect> powerLoss = _ -> false;

  private final TwoEngines world;
  private final PskLookup psks;
  private final Deque<Input> pending = new ArrayDeque<>();
  private final Set<Octets> committed = new LinkedHashSet<>();
  private final Map<String, Octets> sent = new LinkedHashMap<>();
  private long seed;

  Node(
      TwoEngines world,
      String name,
      long seed,
      EngineConfig config,
      PskLookup psks,
      List<ConnectionPolicy> connections) {
    this.world = world;
    this.name = name;
    this.seed = seed;
    this.config = config;
    this.psks = psks;
    this.connections = connections;
    this.engine = newEngine(config);
  }

  private IkeEngine newEngine(EngineConfig with) {
    return IkeEngines.create(with, connections, psks, CRYPTO, new SeededEntropy(seed));
  }

  void promote(List<IkeSaSnapshot> sas) {
    step(new Input.Promote(epoch, sas));
  }

  /** The other node of the pair goes on from what the shadow holds. */
  void takeOver() {
    takeOver(shadow.snapshots(world.now), true);
  }

  /** As {@link #takeOver()}, from what the shadow held earlier. */
  void takeOverStale(List<IkeSaSnapshot> old) {
    takeOver(old, false);
  }

  /** Another node has used IDs of ours: what stands under them is not compared with ours. */
  void othersHaveSent() {
    sent.clear();
  }

  void takeOver(List<IkeSaSnapshot> sas, boolean complete) {
    seed += 1000;
    epoch += 2;
    EngineConfig other =
        new EngineConfig(
            1 - config.nodeBit(),
            config.ports(),
            config.retransmission(),
            config.halfOpen(),
            config.restart(),
            config.natKeepaliveNs(),
            config.busyRetryNs(),
            config.closeNs(),
            config.maxChildren());
    engine = newEngine(other);
    pending.clear();
    if (!complete) {
      sent.clear(); // an ID may have been used; the first message under it is a liveness check
    }
    shadow.becomes(sas, world.now);
    kernel.load(sas.stream().flatMap(sa -> sa.children().stream()).toList());
    step(new Input.Promote(epoch, sas, complete));
  }

  /** A gateway on its own starts anew: nothing is known, nothing stands in the kernel. */
  void restart() {
    seed += 1000;
    epoch += 2;
    engine = newEngine(config);
    pending.clear();
    checkShadow = false; // it goes on with what a standby of the life before would hold
    kernel.load(List.of());
    promote(List.of());
  }

  void step(Input input) {
    run(engine.step(input, world.now));
    checkLaws();
    world.afterStep.run();
  }

  private void run(List<Effect> step) {
    effects.addAll(step);
    List<IkeSaSnapshot> before = shadow.snapshots(world.now);
    List<Effect.Transmit> held = new ArrayList<>(); // until the standby has the whole step
    long events = step.stream().filter(Effect.Replicate.class::isInstance).count();
    for (int i = 0; i < step.size(); i++) {
      switch (step.get(i)) {
        case Effect.Replicate(var event) -> {
          shadow.at(world.now);
          shadow.apply(event);
          commit(event);
          if (--events == 0) {
            held.forEach(this::transmit);
          }
        }
        case Effect.Transmit transmit -> {
          if (events > 0 && transmit.sa().isPresent()) {
            held.add(transmit);
          } else {
            transmit(transmit);
          }
        }
        case Effect.InstallChild install -> {
          if (i != step.size() - 1) {
            throw new AssertionError("InstallChild is not the last effect: " + step);
          }
          pending.add(new Input.KernelReply(install.id(), kernel.install(install)));
        }
        case Effect.Sign sign -> pending.add(prover.sign(sign));
        case Effect.ValidateChain chain -> pending.add(prover.validate(chain));
        case Effect.SwitchOutbound change -> kernel.switchOutbound(change);
        case Effect.RemoveChild remove -> kernel.remove(remove);
        case Effect.StepOutbound stepped -> steps.add(stepped);
        case Effect.PeerStepped peer -> peerSteps.add(peer);
        case Effect.MoveChild move -> kernel.move(move);
        case Effect.Report report -> reports.add(report.level() + " " + report.line());
        case Effect.CommandDone command -> {
          if (done.put(command.id(), command) != null) {
            throw new AssertionError("command " + command.id() + " done twice");
          }
        }
      }
      if (!(step.get(i) instanceof Effect.Report) && powerLoss.test(step.get(i))) {
        if (events > 0) {
          shadow.becomes(before, world.now); // a step is taken as a whole or not at all
        }
        takeOver(); // what the dead node had still to do, it never does
        return;
      }
    }
  }

  private void commit(IkeEvent event) {
    switch (event) {
      case IkeEvent.ExchangeStarted started -> committed.addAll(started.datagrams());
      case IkeEvent.ExchangeAnswered answered -> committed.addAll(answered.datagrams());
      case IkeEvent.IkeSaHalfOpen half -> {
        half.snapshot().window().outstanding().ifPresent(o -> committed.addAll(o.datagrams()));
        committed.addAll(half.snapshot().window().lastResponse());
      }
      case IkeEvent.IkeSaUp up -> committed.addAll(up.snapshot().window().lastResponse());
      default -> {}
    }
  }

  private void transmit(Effect.Transmit transmit) {
    Octets octets = transmit.octets();
    if (octets.length() > 1) {
      // The answer to a Delete leaves after IkeSaDown, which says all there is to know.
      if (!isSync(octets)
          && !isProbe(octets)
          && transmit.sa().filter(shadow::has).isPresent()
          && !committed.contains(octets)) {
        throw new AssertionError("sent before the standby knows");
      }
      checkOnce(octets);
    }
    world.send(this, transmit.local(), transmit.peer(), octets);
  }

  /** An RFC 6311 message stands beside the window: its ID is always 0. */
  private static boolean isSync(Octets octets) {
    return octets.at(18) == 37
        && octets.at(20) == 0
        && octets.at(21) == 0
        && octets.at(22) == 0
        && octets.at(23) == 0;
  }

  /** An INFORMATIONAL request under one of the IDs after the outstanding request's. */
  private boolean isProbe(Octets octets) {
    try {
      IkeHeader header = IkeHeader.read(octets);
      return header.exchangeType() == 37
          && header.direction() == Direction.REQUEST
          && shadow.snapshots().stream()
              .filter(sa -> sa.spis().equals(header.spis()))
              .flatMap(sa -> sa.window().outstanding().stream())
              .mapToLong(request -> header.messageId().value() - request.id().value())
              .anyMatch(ahead -> ahead > 0 && ahead <= 3);
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  /** No message ID is ever used for two different messages. */
  private void checkOnce(Octets octets) {
    try {
      IkeHeader header = IkeHeader.read(octets);
      boolean initRequest = header.exchangeType() == 34 && header.direction() == Direction.REQUEST;
      boolean unprotected = header.nextPayload() != 46 && header.nextPayload() != 53;
      if (initRequest || unprotected || isSync(octets)) {
        return;
      }
      int fragment = header.nextPayload() == 53 ? octets.at(33) : 0; // SKF: Fragment Number
      String id =
          header.spis() + " " + header.direction() + " " + header.messageId() + " " + fragment;
      Octets before = sent.putIfAbsent(id, octets);
      if (before != null && !before.equals(octets)) {
        throw new AssertionError("two different messages " + id);
      }
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  private void checkLaws() {
    if (!checkShadow) {
      return;
    }
    List<IkeSaSnapshot> live = sorted(engine.snapshot(world.now));
    List<IkeSaSnapshot> folded = sorted(shadow.snapshots());
    if (!live.equals(folded)) {
      throw new AssertionError(
          name + ": the fold of the events is not the state:\n" + folded + "\n" + live);
    }
  }

  private static List<IkeSaSnapshot> sorted(List<IkeSaSnapshot> sas) {
    return sas.stream()
        .map(TestShadow::ageless)
        .sorted(Comparator.comparing(IkeSaSnapshot::spis))
        .toList();
  }

  /** Works on what the kernel has answered; whether there was anything. */
  boolean drain() {
    if (holdKernel || pending.isEmpty()) {
      return false;
    }
    Input next = pending.poll();
    if (next instanceof Input.KernelReply(var id, var _)) {
      kernel.answers(id);
    }
    step(next);
    return true;
  }

  void receive(Endpoint local, Endpoint peer, Octets octets) {
    step(new Input.Datagram(local, peer, octets));
  }

  /** The only established IKE SA. */
  IkeSaSnapshot only() {
    List<IkeSaSnapshot> all = engine.snapshot(world.now);
    if (all.size() != 1) {
      throw new AssertionError(name + " has " + all.size() + " IKE SAs: " + all);
    }
    return all.getFirst();
  }

  long counter(String counter) {
    return engine.statistics().counters().getOrDefault(counter, 0L);
  }
}
