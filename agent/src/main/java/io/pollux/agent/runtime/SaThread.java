package io.pollux.agent.runtime;

import io.pollux.agent.commands.Gateway.Result;
import io.pollux.agent.kernel.InboundStatistics;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.agent.kernel.NetTable.Outcome;
import io.pollux.agent.reload.ConfigComparison;
import io.pollux.ha.counters.Margin;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.local.Adoption;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.Effect.Transmit;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.Input;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.wire.Octets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of the SAs: the engine, its effects in their order, and replication. One thread owns
 * all of it, so nothing here is locked. (With several shards there would be one of these for each.)
 */
final class SaThread implements SaSide, Loop.Owner {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");
  private static final Result NOT_ACTIVE = new Result(false, "this node is not active");
  private static final int MAX_WAITING =
      4096; // datagrams; what a flood may pile up before it is dropped and counted

  private final IkeEngine engine;
  private final SaParts parts;
  private final Loop loop = new Loop("sa", 1, this);
  private final Replication replication;
  private final ActiveCounters counters;
  private final StandbyKernel standby;
  private final EffectRunner effects;
  private final AuditSide audit;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Map<Long, CompletableFuture<Result>> commands = new HashMap<>();
  private final ConfigComparison comparison;
  private final InducedSide induced;
  private final Rekeying rekeying;
  private final Succession succession;
  private final Promotion promotion;
  private PeerReport peer = PeerReport.UNKNOWN;
  private long nextCommand = 1;
  private long nextReportNs = Long.MAX_VALUE;
  private boolean active;

  /** Datagrams that were dropped because too many waited. */
  final LongAdder flooded = new LongAdder();

  SaThread(IkeEngine engine, SaParts parts) {
    this.engine = engine;
    this.parts = parts;
    this.replication =
        new Replication(new Sync(), parts.barrierBoundNs(), parts.hello(), parts.legacy());
    this.counters =
        new ActiveCounters(
            parts.table(),
            loop,
            parts.poll(),
            this::counted,
            spi -> step(new Input.ChildUsed(spi)));
    this.standby = new StandbyKernel(parts.table(), loop, parts.jump(), parts.inbound());
    this.succession = new Succession(standby, parts.rekey());
    this.rekeying = Rekeying.of(parts, counters, loop, this::step);
    this.promotion = new Promotion(replication, succession, counters, rekeying, parts.hook(), loop);
    this.effects =
        new EffectRunner(
            parts, loop, promotion, replication, counters, rekeying, this::step, this::commandDone);
    this.audit = new AuditSide(parts.audit(), parts.table(), loop, replication, standby);
    this.induced =
        new InducedSide(
            () -> parts.running().config().induced(),
            new InboundStatistics(parts.kernel()),
            counters,
            loop,
            spi -> step(new Input.RekeyDue(spi)));
    this.comparison =
        new ConfigComparison(
            parts.running()::digest, o -> replication.control(o, System.nanoTime()));
  }

  void start() {
    loop.start();
  }

  void stop() {
    loop.stop();
  }

  // --- inputs from other threads
  // ----------------------------------------------------------------------------------------

  /** From the network; drops and counts when too much waits. */
  void received(Endpoint local, Endpoint peer, Octets octets) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      flooded.increment();
      return;
    }
    loop.execute(
        () -> {
          waiting.decrementAndGet();
          step(new Input.Datagram(local, peer, octets));
        });
  }

  void input(Input input) {
    loop.execute(() -> step(input));
  }

  /** Looks at the parts on their own thread. */
  <T> CompletableFuture<T> look(Function<SaView, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    loop.execute(
        () ->
            answer.complete(
                question.apply(
                    new SaView(
                        engine,
                        replication,
                        promotion,
                        counters,
                        standby,
                        rekeying,
                        peer,
                        audit.status(),
                        comparison.status(),
                        induced.totals(),
                        active))));
    return answer;
  }

  /** An operator's order; done when the exchange is. */
  CompletableFuture<Result> order(Input.Verb verb, String connection, Optional<String> child) {
    CompletableFuture<Result> result = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (!active) {
            result.complete(NOT_ACTIVE);
            return;
          }
          long id = nextCommand++;
          commands.put(id, result);
          step(new Input.Command(id, verb, connection, child));
        });
    return result;
  }

  private void commandDone(Effect.CommandDone done) {
    CompletableFuture<Result> waits = commands.remove(done.id());
    if (waits != null) {
      waits.complete(new Result(done.ok(), done.message()));
    }
  }

  /** The kernel's own event about an SA's counters. */
  void counterEvent(EspSpi spi, ReplayState state, long atNs) {
    loop.execute(
        () -> {
          if (replication.leading()) {
            counters.event(spi, state, atNs);
          }
        });
  }

  /** Kernel events were lost. */
  void readAllCounters() {
    loop.execute(
        () -> {
          if (replication.leading()) {
            promotion.followAll();
            counters.readAll(_ -> {});
          }
        });
  }

  void linkUp(Replication.Wire wire) {
    loop.execute(
        () -> {
          replication.linkUp(wire, System.nanoTime());
          nextReportNs = System.nanoTime();
          audit.linkUp(nextReportNs);
          parts.role().accept(new RoleInput.LinkUp());
        });
  }

  void linkDown(RoleInput.How how, String why, boolean otherPath) {
    loop.execute(
        () -> {
          boolean ended = how == RoleInput.How.FIN || how == RoleInput.How.RESET;
          replication.linkDown(why, ended && !otherPath, System.nanoTime());
          nextReportNs = Long.MAX_VALUE;
          audit.linkDown();
          comparison.forget();
          peer = PeerReport.UNKNOWN;
          if (!otherPath) {
            parts.role().accept(new RoleInput.LinkDown(how));
          }
        });
  }

  void linkMessage(LinkMessage message) {
    loop.execute(() -> replication.message(message, System.nanoTime()));
  }

  void linkWritable() {
    loop.execute(() -> replication.pump(System.nanoTime()));
  }

  // --- the role thread's wishes
  // -------------------------------------------------------------------------------------------

  @Override
  public void repairMargins(long epoch, long reigned, Consumer<Outcome> reply) {
    loop.execute(
        () -> {
          long now = System.nanoTime();
          var another = replication.anotherSince(reigned, now);
          succession.prepare(replication.shadow(), another, now, reply);
        });
  }

  /** What the last daemon has left, and what was done with its SAs: before the promotion. */
  void adopt(Legacy.Left left, Adoption adoption) {
    loop.execute(
        () -> {
          replication.adopt(left.shadow(System.nanoTime()));
          succession.adopt(left, adoption);
        });
  }

  @Override
  public void promote(long epoch, Consumer<Outcome> reply) {
    long decidedNs =
        System.nanoTime(); // this thread may come to it later: the copy is as good as it was
    loop.execute(
        () -> {
          long now = System.nanoTime();
          active = true;
          effects.begin(epoch, now);
          audit.roleChanged();
          Input.Promote promote = promotion.begin(epoch, decidedNs, now);
          parts.keys().stand(promote.sas());
          effects.run(standby.lateMoves(), now);
          step(promote);
          reply.accept(new Outcome(true, promote.sas().size() + " IKE SAs"));
          parts.table().role(true);
          promotion.goOn(() -> induced.begin(System.nanoTime()));
        });
  }

  @Override
  public void demote() {
    loop.execute(
        () -> {
          promotion.followAll(); // the final reading is to be of all of them
          promotion.end();
          rekeying.clear();
          active = false; // the journal goes on until resync: the final counters are still to come
          step(new Input.Demote());
          commands.values().forEach(c -> c.complete(NOT_ACTIVE));
          commands.clear();
        });
  }

  @Override
  public void finalCounters(Consumer<Outcome> reply) {
    Runnable pump = () -> replication.pump(System.nanoTime());
    loop.execute(
        () -> {
          promotion.followAll();
          new FinalReading(counters, loop, pump, reply).start();
        });
  }

  @Override
  public void resync(boolean discard) {
    loop.execute(
        () -> {
          long now = System.nanoTime();
          boolean led = replication.leading();
          active = false;
          promotion.end();
          succession.forget();
          rekeying.clear();
          counters.clear();
          if (discard) {
            standby.discard(replication.shadow(), now);
          } else if (led) {
            standby.begin(replication.shadow(), now);
          } else {
            standby.follow(now);
          }
          replication.follow(discard, now);
          parts.table().role(false);
          audit.roleChanged();
        });
  }

  @Override
  public void rekeyUsed() {
    loop.execute(
        () -> {
          if (!active) {
            return; // a later reign of somebody's: those keys are its business
          }
          step(new Input.Contested());
          promotion.followAll();
          rekeying.contested(System.nanoTime());
        });
  }

  @Override
  public void sendLinkRole(Octets octets) {
    loop.execute(() -> replication.role(octets, System.nanoTime()));
  }

  // --- the loop
  // -----------------------------------------------------------------------------------------------------------

  @Override
  public long nextWakeNs() {
    OptionalLong due = engine.nextTimeoutNs();
    long next = Math.min(due.orElse(Long.MAX_VALUE), replication.nextWakeNs());
    next = Math.min(Math.min(next, nextReportNs), audit.nextWakeNs());
    if (active) {
      long watch = promotion.isRunning() ? Long.MAX_VALUE : induced.nextWakeNs();
      next = Math.min(next, Math.min(rekeying.nextWakeNs(), watch));
    }
    return replication.leading() ? Math.min(next, counters.nextWakeNs()) : next;
  }

  @Override
  public void wake(long nowNs) {
    OptionalLong due = engine.nextTimeoutNs();
    if (due.isPresent() && nowNs - due.getAsLong() >= 0) {
      step(new Input.Timeout());
    }
    if (active) {
      rekeying.wake(nowNs);
      if (!promotion.isRunning()) {
        induced.wake(nowNs);
      }
    }
    replication.wake(nowNs);
    audit.wake(nowNs);
    if (replication.leading()) {
      counters.wake(nowNs);
    }
    if (nextReportNs != Long.MAX_VALUE && nowNs - nextReportNs >= 0) {
      nextReportNs = nowNs + PeerReport.INTERVAL_NS;
      replication.control(report(nowNs).encode(), nowNs);
      comparison.tell();
    }
  }

  private void step(Input input) {
    long now = System.nanoTime();
    effects.run(engine.step(input, now), now);
    replication.pump(now);
  }

  private long counted(IkeEvent.ReplayAdvanced event) {
    long index = replication.replicate(event, false, System.nanoTime());
    replication.pump(System.nanoTime());
    return parts.paired() ? index : 0;
  }

  /** What the other node is told about this one, for its {@code ha status}. */
  private PeerReport report(long nowNs) {
    boolean follows = !replication.leading(); // else what was armed has been sent on since
    var smallest = follows ? standby.smallestMargin(nowNs) : Optional.<Margin>empty();
    return new PeerReport(
        nowNs,
        parts.state().get(),
        smallest.map(m -> m.packets()),
        smallest.map(m -> m.child().toString()).orElse(""),
        follows ? standby.shut() : 0);
  }

  /** What the replication says, on this thread. */
  private final class Sync implements Replication.Owner {
    @Override
    public void send(List<Transmit> transmits) {
      transmits.forEach(t -> parts.sockets().send(t.local(), t.peer(), t.octets()));
    }

    @Override
    public void followed(ShadowOutcome.Applied applied) {
      standby.apply(applied.changes(), System.nanoTime());
      replication.armedThrough(
          done -> parts.kernel().submit(KernelThread.SA, _ -> true, loop, _ -> done.run()));
    }

    @Override
    public void acknowledged(long index) {
      counters.acknowledged(index);
    }

    @Override
    public void synced(SyncState state) {
      if (active) {
        if (state == SyncState.PAIRED) {
          audit.paired(System.nanoTime());
        }
        parts.role().accept(new RoleInput.PairState(SyncStates.pairing(state)));
      } else {
        parts.role().accept(new RoleInput.ShadowState(SyncStates.copy(state)));
      }
    }

    @Override
    public void peerRole(Octets octets) {
      parts.role().accept(new RoleInput.LinkRole(octets));
    }

    @Override
    public void peerControl(Octets octets) {
      if (!audit.take(octets) && !comparison.take(octets)) {
        PeerReport.decode(octets, System.nanoTime()).ifPresent(r -> peer = r);
      }
    }

    @Override
    public void broken(String reason) {
      LOG.error("link given up: {}", reason);
      parts.closeLink().accept(reason);
    }
  }
}
